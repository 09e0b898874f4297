"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Textarea } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import { toast } from "@/components/ui/toast";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { conversationOptions } from "../answers/use-answer";
import type { Message } from "../answers/wire";

interface RatingProps {
  answer: Message;
  conversationId: string;
}

export function Rating({ answer, conversationId }: RatingProps) {
  const [isAsking, setAsking] = useState(false);
  const rate = useRate(answer, conversationId, () => setAsking(false));
  const score = answer.feedback?.score;
  return (
    <>
      <IconButton
        size="small"
        label="Good answer"
        aria-pressed={score === 1}
        onClick={() => rate.mutate({ score: 1 })}
      >
        <ThumbsUp aria-hidden />
      </IconButton>
      <Popover
        label="What was wrong with the answer"
        isOpen={isAsking}
        onOpenChange={setAsking}
        trigger={
          <IconButton size="small" label="Poor answer" aria-pressed={score === -1}>
            <ThumbsDown aria-hidden />
          </IconButton>
        }
      >
        <Fault
          known={answer.feedback?.comment ?? ""}
          isPending={rate.isPending}
          onSend={(comment) => rate.mutate({ score: -1, comment: comment || null })}
        />
      </Popover>
    </>
  );
}

function useRate(answer: Message, conversationId: string, onKept: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["FeedbackIn"]) =>
      unwrap(
        api.POST("/api/v1/chat/messages/{message_id}/feedback", {
          params: { path: { message_id: answer.id } },
          body,
        }),
      ),
    onSuccess: () => {
      onKept();
      return queries.invalidateQueries({ queryKey: conversationOptions(conversationId).queryKey });
    },
    onError: (error) => toast.failed("Your opinion was not kept", error),
  });
}

interface FaultProps {
  known: string;
  isPending: boolean;
  onSend: (comment: string) => void;
}

function Fault({ known, isPending, onSend }: FaultProps) {
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        onSend(String(new FormData(event.currentTarget).get("comment")).trim());
      }}
    >
      <Field label="What was wrong with it?" hint="You may leave this empty.">
        {(described) => <Textarea {...described} name="comment" maxLength={2000} defaultValue={known} />}
      </Field>
      <Button type="submit" look="primary" size="small" isPending={isPending}>
        Send
      </Button>
    </form>
  );
}

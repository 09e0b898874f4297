"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Copy, RotateCcw, ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Textarea } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import { toast } from "@/components/ui/toast";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { copyText } from "@/lib/clipboard";
import { formatDuration, formatMoney, formatNumber } from "@/lib/format";
import { conversationOptions } from "../answers/use-answer";
import type { Message } from "../answers/wire";
import { asTextWithFootnotes } from "./footnotes";

interface AnswerActionsProps {
  answer: Message;
  conversationId: string;
  mayAsk: boolean;
  onRegenerate: () => void;
}

export function AnswerActions({ answer, conversationId, mayAsk, onRegenerate }: AnswerActionsProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    const done = await copyText(asTextWithFootnotes(answer));
    setCopied(done);
    if (done) setTimeout(() => setCopied(false), 2000);
    else void toast.info("The browser did not allow copying.");
  };
  return (
    <div className="flex flex-wrap items-center gap-x-1 gap-y-1">
      <IconButton size="small" label={isCopied ? "Copied" : "Copy with footnotes"} onClick={copy}>
        {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
      </IconButton>
      {mayAsk && <Rating answer={answer} conversationId={conversationId} />}
      {mayAsk && (
        <IconButton size="small" label="Answer again" onClick={onRegenerate}>
          <RotateCcw aria-hidden />
        </IconButton>
      )}
      <Made answer={answer} />
    </div>
  );
}

function Made({ answer: { model, usage, latency_ms } }: { answer: Message }) {
  const parts = [
    model === "extractive" ? "No language model" : model,
    usage && `${formatNumber(usage.total_tokens)} tokens${usage.is_estimate ? " (estimate)" : ""}`,
    usage && (usage.cost_usd === null ? "cost not known" : formatMoney(usage.cost_usd)),
    latency_ms != null && formatDuration(latency_ms / 1000),
  ];
  return <p className="ps-1 text-[0.8125rem] text-muted">{parts.filter(Boolean).join(" · ")}</p>;
}

function Rating({ answer, conversationId }: { answer: Message; conversationId: string }) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const rate = useMutation({
    mutationFn: (body: Schemas["FeedbackIn"]) =>
      unwrap(
        api.POST("/api/v1/chat/messages/{message_id}/feedback", {
          params: { path: { message_id: answer.id } },
          body,
        }),
      ),
    onSuccess: () => {
      setAsking(false);
      return queries.invalidateQueries({ queryKey: conversationOptions(conversationId).queryKey });
    },
    onError: (error) => toast.failed("Your opinion was not kept", error),
  });
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
        <form
          className="space-y-2"
          onSubmit={(event) => {
            event.preventDefault();
            const comment = String(new FormData(event.currentTarget).get("comment")).trim();
            rate.mutate({ score: -1, comment: comment || null });
          }}
        >
          <Field label="What was wrong with it?" hint="You may leave this empty.">
            {(described) => (
              <Textarea
                {...described}
                name="comment"
                maxLength={2000}
                defaultValue={answer.feedback?.comment ?? ""}
              />
            )}
          </Field>
          <Button type="submit" look="primary" size="small" isPending={rate.isPending}>
            Send
          </Button>
        </form>
      </Popover>
    </>
  );
}

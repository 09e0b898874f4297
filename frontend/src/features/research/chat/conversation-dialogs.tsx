"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Dialog } from "@/components/ui/dialog";
import { ErrorBox } from "@/components/ui/error-box";
import { Field, Input } from "@/components/ui/field";
import { api, unwrap } from "@/lib/api/client";
import { asProblem } from "@/lib/api/problem";
import { CONVERSATIONS, conversationOptions } from "../answers/use-answer";
import { dropDrafts } from "./drafts";
import { ShareDialog } from "./share-dialog";

export interface ConversationAct {
  kind: "rename" | "share" | "delete";
  conversation: { id: string; title: string };
}

interface ConversationDialogsProps {
  act: ConversationAct;
  onClose: () => void;
  onDeleted: (id: string) => void;
}

export default function ConversationDialogs({ act, onClose, onDeleted }: ConversationDialogsProps) {
  const queries = useQueryClient();
  const remove = async ({ id }: ConversationAct["conversation"]) => {
    await unwrap(
      api.DELETE("/api/v1/chat/conversations/{conversation_id}", {
        params: { path: { conversation_id: id } },
      }),
    );
    dropDrafts(id);
    onDeleted(id);
    void queries.invalidateQueries({ queryKey: CONVERSATIONS });
  };
  return (
    <>
      {act.kind === "rename" && <Rename conversation={act.conversation} onClose={onClose} />}
      {act.kind === "share" && <ShareDialog conversationId={act.conversation.id} onClose={onClose} />}
      <Confirm
        isOpen={act.kind === "delete"}
        onOpenChange={(isOpen) => !isOpen && onClose()}
        title={`Delete “${act.conversation.title}”?`}
        act="Delete"
        onConfirm={() => remove(act.conversation)}
      >
        The questions, answers and notes of this conversation are gone for good. The documents stay.
      </Confirm>
    </>
  );
}

function Rename({
  conversation,
  onClose,
}: {
  conversation: ConversationAct["conversation"];
  onClose: () => void;
}) {
  const form = useId();
  const queries = useQueryClient();
  const rename = useMutation({
    mutationFn: (title: string) =>
      unwrap(
        api.PATCH("/api/v1/chat/conversations/{conversation_id}", {
          params: { path: { conversation_id: conversation.id } },
          body: { title },
        }),
      ),
    onSuccess: (changed) => {
      queries.setQueryData(conversationOptions(conversation.id).queryKey, changed);
      void queries.invalidateQueries({ queryKey: CONVERSATIONS });
      onClose();
    },
  });
  const problem = rename.error ? asProblem(rename.error) : null;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Rename the conversation"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={form} isPending={rename.isPending}>
            Rename
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          const title = String(new FormData(event.currentTarget).get("title")).trim();
          if (title) rename.mutate(title);
        }}
      >
        <Field label="Title" error={problem?.fieldErrors.title}>
          {(described) => (
            <Input {...described} name="title" required maxLength={200} defaultValue={conversation.title} />
          )}
        </Field>
        {problem && !problem.fieldErrors.title && <ErrorBox error={problem} what="It was not renamed" />}
      </form>
    </Dialog>
  );
}

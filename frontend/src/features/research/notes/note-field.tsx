"use client";

import { type KeyboardEvent, useId } from "react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Textarea } from "@/components/ui/field";
import { Keys } from "@/components/ui/kbd";
import { noteDraftKey } from "../chat/drafts";
import { useDraft } from "../chat/use-draft";
import { useKeepNote } from "./use-notes";

export const LONGEST_NOTE = 20_000; // characters

/** Where a note of one's own is written. */
export function NoteField({ conversationId }: { conversationId: string }) {
  const hint = useId();
  const [text, setText] = useDraft(noteDraftKey(conversationId));
  const keep = useKeepNote(conversationId);
  const save = () => {
    if (text.trim() && !keep.isPending)
      keep.mutate({ content: text.trim() }, { onSuccess: () => setText("") });
  };
  return (
    <form
      className="shrink-0 space-y-2 border-line border-b p-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Textarea
        rows={2}
        aria-label="New note"
        aria-describedby={hint}
        placeholder="Write a note"
        className="field-sizing-content max-h-48 min-h-15 resize-none"
        value={text}
        readOnly={keep.isPending}
        maxLength={LONGEST_NOTE}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onSaveKey(save)}
      />
      <div className="flex items-center justify-between gap-2">
        <p id={hint} className="text-[0.8125rem] text-muted">
          Markdown.{" "}
          <span className="max-desk:hidden">
            <Keys keys="mod+enter" /> saves.
          </span>
        </p>
        <Button
          size="small"
          look="primary"
          type="submit"
          isPending={keep.isPending}
          disabled={text.trim() === ""}
        >
          Save note
        </Button>
      </div>
      {keep.isError && <ErrorBox error={keep.error} what="The note was not saved" onRetry={save} />}
    </form>
  );
}

/** Ctrl or Cmd with Enter. */
export function onSaveKey(save: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    save();
  };
}

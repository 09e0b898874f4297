"use client";

import { type KeyboardEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Textarea } from "@/components/ui/field";
import { draftOf, keepDraft, noteDraftKey } from "../chat/drafts";
import { LONGEST_NOTE, onSaveKey } from "./note-field";
import type { Note } from "./pages";
import { useChangeNote } from "./use-notes";

interface NoteEditProps {
  note: Note;
  /** Not where it is only found again as it was left. */
  takesFocus: boolean;
  onDone: () => void;
}

export function NoteEdit({ note, takesFocus, onDone }: NoteEditProps) {
  const key = noteDraftKey(note.conversation_id, note.id);
  const [text, setText] = useState(() => draftOf(key) || note.content);
  const change = useChangeNote(note.conversation_id, note.id);
  const isSame = text.trim() === note.content.trim();
  const done = () => {
    keepDraft(key, "");
    onDone();
  };
  const save = () => {
    if (isSame) return done();
    if (text.trim() && !change.isPending) change.mutate(text.trim(), { onSuccess: done });
  };
  const cancelAtEscape = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // it would stop an answer
    if (isSame) done();
  };
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Textarea
        autoFocus={takesFocus}
        aria-label="The note's text"
        className="field-sizing-content max-h-96"
        value={text}
        readOnly={change.isPending}
        maxLength={LONGEST_NOTE}
        onChange={({ target }) => {
          setText(target.value);
          keepDraft(key, target.value === note.content ? "" : target.value);
        }}
        onKeyDown={(event) => {
          onSaveKey(save)(event);
          cancelAtEscape(event);
        }}
      />
      {note.origin === "answer" && !note.edited && (
        <p className="text-[0.8125rem] text-muted">
          Only the answer's own words were examined: once they are changed, the note says so.
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button size="small" onClick={done}>
          Cancel
        </Button>
        <Button
          size="small"
          look="primary"
          type="submit"
          isPending={change.isPending}
          disabled={text.trim() === ""}
        >
          Save
        </Button>
      </div>
      {change.isError && <ErrorBox error={change.error} what="The change was not saved" onRetry={save} />}
    </form>
  );
}

"use client";

import { NotebookPen } from "lucide-react";
import { useRef } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { toast } from "@/components/ui/toast";
import type { Message } from "../answers/wire";
import { chosenWithin, excerptOf } from "../notes/excerpt";
import { useKeepNote } from "../notes/use-notes";
import { useOpenNotes } from "../open-notes";

interface SaveToNotesProps {
  answer: Message;
  conversationId: string;
}

/** All of the answer, or what is chosen of it. */
export function SaveToNotes({ answer, conversationId }: SaveToNotesProps) {
  const button = useRef<HTMLButtonElement>(null);
  const openNotes = useOpenNotes();
  const keep = useKeepNote(conversationId);
  const save = async () => {
    const chosen = chosenWithin(button.current?.closest("[data-answer]")?.querySelector("[data-words]"));
    const content = chosen && excerptOf(answer.content, chosen);
    try {
      // told even when the answer has left the page meanwhile, which the callbacks of `mutate` are not
      await keep.mutateAsync(content ? { message_id: answer.id, content } : { message_id: answer.id });
    } catch (error) {
      await toast.failed("It was not saved to the notes", error);
      return;
    }
    await toast.done(content ? "The excerpt is in your notes" : "The answer is in your notes", {
      action: { label: "Open notes", onClick: openNotes },
    });
  };
  return (
    <IconButton
      ref={button}
      size="small"
      label="Save to notes"
      aria-disabled={keep.isPending || undefined}
      onClick={keep.isPending ? undefined : save}
    >
      <NotebookPen aria-hidden />
    </IconButton>
  );
}

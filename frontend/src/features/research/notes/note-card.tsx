"use client";

import { Check, Copy, Pencil, Trash2 } from "lucide-react";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { IconButton } from "@/components/ui/icon-button";
import { Time } from "@/components/ui/time";
import { withMarksAsLinks } from "../answers/marks";
import type { Message } from "../answers/wire";
import { CitedAnswer } from "../chat/citation-chip";
import { CitedMarkdown } from "../chat/cited-markdown";
import { draftOf, noteDraftKey } from "../chat/drafts";
import { useCopy } from "../chat/use-copy";
import { asAnswer, beginningOf } from "./as-answer";
import { NoteEdit } from "./note-edit";
import type { Note } from "./pages";

interface NoteCardProps {
  note: Note;
  messages: readonly Message[];
  /** One of its citations is open beside the chat, or was last. */
  isCited: boolean;
  mayWrite: boolean;
  onRemove: () => void;
}

type Editing = "no" | "begun" | "found again";

export function NoteCard({ note, messages, isCited, mayWrite, onRemove }: NoteCardProps) {
  const [editing, setEditing] = useState<Editing>(() => {
    return mayWrite && draftOf(noteDraftKey(note.conversation_id, note.id)) ? "found again" : "no";
  });
  const isEdited = editing !== "no";
  const editButton = useFocusAfter(isEdited);
  const answer = useMemo(() => asAnswer(note, messages), [note, messages]);
  return (
    <article
      ref={isCited ? showInList : undefined}
      aria-label={`Note: ${beginningOf(note)}`}
      data-answer
      className="space-y-2 rounded-lg border border-line bg-surface p-3"
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Origin note={note} />
        <span className="text-[0.8125rem] text-muted">
          <Time at={note.created_at} />
        </span>
        {!isEdited && (
          <div className="ms-auto flex">
            <Copying answer={answer} />
            {mayWrite && (
              <>
                <IconButton ref={editButton} size="small" label="Edit" onClick={() => setEditing("begun")}>
                  <Pencil aria-hidden />
                </IconButton>
                <IconButton size="small" label="Delete" onClick={onRemove}>
                  <Trash2 aria-hidden />
                </IconButton>
              </>
            )}
          </div>
        )}
      </div>
      {isEdited ? (
        <NoteEdit note={note} takesFocus={editing === "begun"} onDone={() => setEditing("no")} />
      ) : (
        <Words note={note} answer={answer} />
      )}
    </article>
  );
}

function Origin({ note: { origin, edited } }: { note: Note }) {
  if (origin === "mine") return null;
  if (!edited) return <Badge tone="info">From an answer</Badge>;
  return (
    <>
      <Badge tone="warn">From an answer, edited since</Badge>
      <span className="order-last w-full text-[0.8125rem] text-muted">
        As they stand now, its words were not examined.
      </span>
    </>
  );
}

/** In one's own words a number in brackets names no source. */
function Words({ note, answer }: { note: Note; answer: Message }) {
  const cited = useMemo(() => ({ answer, citations: note.citations, isBeingWritten: false }), [answer, note]);
  const text =
    note.origin === "mine"
      ? note.content
      : withMarksAsLinks(note.content, note.citations, { isUnfinished: false });
  return (
    <CitedAnswer value={cited}>
      <CitedMarkdown text={text} />
    </CitedAnswer>
  );
}

function Copying({ answer }: { answer: Message }) {
  const [isCopied, copy] = useCopy(answer);
  return (
    <IconButton size="small" label={isCopied ? "Copied" : "Copy with footnotes"} onClick={copy}>
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </IconButton>
  );
}

/** Back to what the form was opened from, once it is closed. */
function useFocusAfter(isOpen: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return button;
}

function showInList(card: HTMLElement | null): void {
  card?.scrollIntoView({ block: "nearest" });
}

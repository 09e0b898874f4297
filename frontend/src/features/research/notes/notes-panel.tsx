"use client";

import { NotebookPen } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Confirm } from "@/components/ui/confirm";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { MoreButton } from "@/components/ui/more-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api } from "@/lib/api/client";
import { useMay } from "@/lib/api/use-session";
import { keepDraft, noteDraftKey } from "../chat/drafts";
import { beginningOf } from "./as-answer";
import { NoteCard } from "./note-card";
import { NoteField } from "./note-field";
import type { Note } from "./pages";
import { useNotes, useRemoveNote } from "./use-notes";

export interface NotesPanelProps {
  conversationId: string | null;
  /** Whose citation is open beside the chat, or was last. */
  noteId: string | null;
}

/** What was kept of the conversation. */
export default function NotesPanel({ conversationId, noteId }: NotesPanelProps) {
  if (conversationId) return <Notes conversationId={conversationId} noteId={noteId} />;
  return (
    <Empty icon={NotebookPen} title="Notes belong to a conversation">
      Ask a question first. What you keep of its answers, and what you write yourself, stands here.
    </Empty>
  );
}

function Notes({ conversationId, noteId }: { conversationId: string; noteId: string | null }) {
  const mayWrite = useMay("member");
  const list = useNotes(conversationId);
  const conversation = $api.useQuery("get", "/api/v1/chat/conversations/{conversation_id}", {
    params: { path: { conversation_id: conversationId } },
  });
  const box = useRef<HTMLElement>(null);
  const [removed, setRemoved] = useState<Note | null>(null);
  return (
    <div className="flex h-full min-h-0 flex-col">
      {mayWrite && <NoteField conversationId={conversationId} />}
      <section
        ref={box}
        aria-label="Notes"
        tabIndex={-1}
        className="min-h-0 flex-1 space-y-3 overflow-y-auto p-3 focus-visible:-outline-offset-2"
      >
        {list.isError && (
          <ErrorBox error={list.error} what="The notes could not be loaded" onRetry={list.refetch} />
        )}
        {list.isPending && (
          <Loading label="Loading the notes">
            <SkeletonRows rows={4} />
          </Loading>
        )}
        {list.isSuccess && list.notes.length === 0 && (
          <Empty icon={NotebookPen} title="No notes yet" className="py-8">
            {mayWrite
              ? "Write one above, or keep an answer: the button with the notebook below it saves it here."
              : "Your role may read here, but not write."}
          </Empty>
        )}
        <ul className="space-y-3 empty:hidden">
          {list.notes.map((note) => (
            <li key={note.id}>
              <NoteCard
                note={note}
                messages={conversation.data?.messages ?? []}
                isCited={note.id === noteId}
                mayWrite={mayWrite}
                onRemove={() => setRemoved(note)}
              />
            </li>
          ))}
        </ul>
        <MoreButton list={list} size="small" look="ghost" />
      </section>
      <Removal
        conversationId={conversationId}
        note={removed}
        onClose={() => setRemoved(null)}
        onRemoved={() => box.current?.focus()}
      />
    </div>
  );
}

interface RemovalProps {
  conversationId: string;
  note: Note | null;
  onClose: () => void;
  /** After the question is gone, which would take the focus back. */
  onRemoved: () => void;
}

function Removal({ conversationId, note, onClose, onRemoved }: RemovalProps) {
  const remove = useRemoveNote(conversationId);
  const removed = useEffectEvent(onRemoved);
  const isRemoved = useRef(false);
  useEffect(() => {
    if (note || !isRemoved.current) return;
    isRemoved.current = false;
    const timer = setTimeout(removed);
    return () => clearTimeout(timer);
  }, [note]);
  return (
    <Confirm
      isOpen={note !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Delete this note?"
      act="Delete"
      onConfirm={async () => {
        if (!note) return;
        await remove(note.id);
        keepDraft(noteDraftKey(conversationId, note.id), "");
        isRemoved.current = true;
      }}
    >
      “{note && beginningOf(note)}” is gone for good.{" "}
      {note?.origin === "answer" && "The answer stays in the conversation."}
    </Confirm>
  );
}

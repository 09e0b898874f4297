import type { Message } from "../answers/wire";
import type { Note } from "./pages";

const PREFIX = "note-";

/** A note as what carries citations. Of an answer that is kept word for word holds what was found of that answer; of
 * other words only what became of its documents since. */
export function asAnswer(note: Note, messages: readonly Message[]): Message {
  const answer = messages.find(({ id }) => id === note.message_id);
  return {
    id: PREFIX + note.id,
    role: "assistant",
    content: note.content,
    citations: note.citations,
    created_at: note.created_at,
    verification: note.edited ? null : (answer?.verification ?? null),
    ...(answer?.stale && { stale: answer.stale }),
  };
}

/** Whose id this is, as `asAnswer` gives it; null for those of answers. */
export function noteIdOf(id: string): string | null {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : null;
}

const SHORT = 60;

/** By its first words it is told from the others. */
export function beginningOf({ content }: Pick<Note, "content">): string {
  const words = content.replaceAll(/[#*_>`~|\s]+/g, " ").trim();
  return words.length > SHORT ? `${words.slice(0, SHORT).trimEnd()}…` : words;
}

import type { Message } from "../answers/wire";
import { pagesOf } from "./standing";

/** The answer as it is pasted elsewhere: its text, and below what each number stands for. */
export function asTextWithFootnotes({ content, citations = [] }: Message): string {
  const notes = citations.map((citation) => {
    const quote = citation.quote.replaceAll(/\s+/g, " ").trim();
    return `[${citation.n}] ${citation.document_title}, ${pagesOf(citation)}: “${quote}”`;
  });
  const sorted = notes.toSorted((one, other) => numberOf(one) - numberOf(other));
  return [content.trim(), ...(sorted.length > 0 ? [sorted.join("\n")] : [])].join("\n\n");
}

function numberOf(note: string): number {
  return Number.parseInt(note.slice(1), 10);
}

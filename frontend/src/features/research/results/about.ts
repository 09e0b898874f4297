import type { Schemas } from "@/lib/api/client";
import type { Used } from "../sources/selection";

type Message = Pick<Schemas["Message"], "citations">;

export const MOST_DOCUMENTS = 20; // each is asked for its analyses

/** The documents that a conversation is about: those that are ticked, else those that its answers cite. */
export function documentsAbout(used: Used, messages: readonly Message[], openId: string | null): string[] {
  const cited = messages.flatMap(({ citations }) => citations ?? []).map(({ document_id }) => document_id);
  const open = openId ? [openId] : [];
  return [...new Set([...open, ...(used === "all" ? cited.toReversed() : used)])];
}

type Brief = Pick<Schemas["BriefListed"], "document_ids">;

/** One without documents of its own was written from the whole library. */
export function isAbout({ document_ids }: Brief, ids: readonly string[]): boolean {
  return document_ids.length === 0 || document_ids.some((id) => ids.includes(id));
}

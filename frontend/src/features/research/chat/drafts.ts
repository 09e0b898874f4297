const PREFIX = "elenchus-draft:";

function keyOf(conversationId: string | null): string {
  return PREFIX + (conversationId ?? "new");
}

export function draftOf(conversationId: string | null): string {
  return localStorage.getItem(keyOf(conversationId)) ?? "";
}

/** Of a note of the conversation; without an id that of one not yet saved. */
export function noteDraftKey(conversationId: string, noteId = "new"): string {
  return `${conversationId}/notes/${noteId}`;
}

/** All that was begun in the conversation. */
export function dropDrafts(conversationId: string): void {
  const own = keyOf(conversationId);
  for (const key of Object.keys(localStorage))
    if (key === own || key.startsWith(`${own}/`)) localStorage.removeItem(key);
}

export function keepDraft(conversationId: string | null, text: string): void {
  try {
    if (text) localStorage.setItem(keyOf(conversationId), text);
    else localStorage.removeItem(keyOf(conversationId));
  } catch {
    // A full or forbidden store loses the draft at a reload, nothing else.
  }
}

const PREFIX = "elenchus-draft:";

function keyOf(conversationId: string | null): string {
  return PREFIX + (conversationId ?? "new");
}

export function draftOf(conversationId: string | null): string {
  return localStorage.getItem(keyOf(conversationId)) ?? "";
}

export function keepDraft(conversationId: string | null, text: string): void {
  try {
    if (text) localStorage.setItem(keyOf(conversationId), text);
    else localStorage.removeItem(keyOf(conversationId));
  } catch {
    // A full or forbidden store loses the draft at a reload, nothing else.
  }
}

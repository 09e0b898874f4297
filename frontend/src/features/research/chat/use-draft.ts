"use client";

import { useState } from "react";
import { draftOf, keepDraft } from "./drafts";

/** What was typed and not sent, of each conversation; kept over reloads. */
export function useDraft(key: string | null) {
  const [draft, setDraft] = useState(() => ({ key, text: draftOf(key) }));
  const current = draft.key === key ? draft : { key, text: draftOf(key) };
  if (current !== draft) setDraft(current);
  const change = (text: string) => {
    setDraft({ key, text });
    keepDraft(key, text);
  };
  return [current.text, change] as const;
}

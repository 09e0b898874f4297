import { createContext, useContext } from "react";
import type { Citation } from "./answers/wire";

export interface OpenedCitation {
  citation: Citation;
  /** Where it can be found again: the answer or note, and its place among that one's citations. Null while it is being
   * written. */
  at: { answerId: string; index: number } | null;
}

/** Shows what a citation stands on, in the viewer; null for who reads without the documents. */
export const OpenSource = createContext<((opened: OpenedCitation) => void) | null>(null);

export function useOpenSource() {
  return useContext(OpenSource);
}

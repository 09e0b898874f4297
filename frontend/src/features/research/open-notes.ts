import { createContext, useContext } from "react";

/** Brings the notes of the conversation forward. */
export const OpenNotes = createContext<() => void>(() => undefined);

export function useOpenNotes() {
  return useContext(OpenNotes);
}

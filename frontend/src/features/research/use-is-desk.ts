import { useSyncExternalStore } from "react";

const DESK = "(min-width: 56.25rem)"; // the breakpoint `desk` of globals.css

function subscribe(listener: () => void): () => void {
  const query = matchMedia(DESK);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** Whether panels stand side by side. */
export function useIsDesk(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(DESK).matches,
    () => true,
  );
}

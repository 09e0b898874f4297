"use client";

import { useSyncExternalStore } from "react";
import type { ViewTab } from "../address";

const WIDE = "(min-width: 56.25rem)"; // the breakpoint `desk`

function subscribe(listener: () => void): () => void {
  const media = matchMedia(WIDE);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

/** Whether a document can stand beside what is said about it. */
export function useIsWide(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(WIDE).matches,
    () => true,
  );
}

/** The tab to be on when a passage is opened: where the document is not in sight, the document's own. */
export function useShowTab(besides: ViewTab): ViewTab {
  return useIsWide() ? besides : "document";
}

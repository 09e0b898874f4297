"use client";

import { createContext, useContext } from "react";

/** What lies above the page, and what can be chosen in it. */
export const floating =
  "z-50 animate-rise overflow-hidden rounded-lg border border-line bg-surface text-ink shadow-float";

export const item =
  "relative flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 py-1.5 text-sm outline-none data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted";

/** Set by dialogs, behind which nothing else can be reached. */
export const InDialog = createContext(false);

/** Where menus and the like are put: into the page's main landmark, so that screen readers find them there. */
export function useFloor(): HTMLElement | undefined {
  const isInDialog = useContext(InDialog);
  if (isInDialog || typeof document === "undefined") return undefined;
  return document.getElementById("main") ?? undefined;
}

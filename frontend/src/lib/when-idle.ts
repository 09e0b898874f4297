import { useEffect } from "react";

/** Runs `act` when the page has nothing better to do; undone by what it returns. */
export function whenIdle(act: () => void): () => void {
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(act, 1_000);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(act, { timeout: 3_000 });
  return () => cancelIdleCallback(asked);
}

/** Fetches a part of the program before it is asked for. If that fails, it is said when somebody asks. */
export function usePreload(load: () => Promise<unknown>): void {
  useEffect(() => whenIdle(() => void load().catch(() => {})), [load]);
}

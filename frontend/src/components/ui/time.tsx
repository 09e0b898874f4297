"use client";

import { useSyncExternalStore } from "react";
import { formatDateTime, formatExactly, formatRelative } from "@/lib/format";

const EVERY_MS = 20_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

/** One clock for all that is shown relative to now. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, EVERY_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = null;
    }
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** "3 minutes ago", and the moment itself when the pointer rests on it. */
export function Time({ at, isAbsolute = false }: { at: string; isAbsolute?: boolean }) {
  const current = useSyncExternalStore(
    subscribe,
    () => now,
    () => now,
  );
  return (
    <time dateTime={at} title={formatExactly(at)} className="whitespace-nowrap">
      {isAbsolute ? formatDateTime(at) : formatRelative(at, current)}
    </time>
  );
}

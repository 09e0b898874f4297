"use client";

import { useSyncExternalStore } from "react";

/** Behind the `#`, which browsers send to no server. Null for an address that has none. */
export function tokenIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") || null;
}

/** Undefined until the address can be read. */
export function useLinkToken(): string | null | undefined {
  return useSyncExternalStore(
    subscribe,
    () => tokenIn(location.hash),
    () => undefined,
  );
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

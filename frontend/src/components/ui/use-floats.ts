"use client";

import { useEffect, useState, useSyncExternalStore } from "react";

type Floats = typeof import("./floats");

let floats: Floats | null = null;
let loading: Promise<void> | null = null;
const listeners = new Set<() => void>();

/** Menus, dialogs, tooltips and whatever else lies above the page: a good part of its program, and unseen at first. */
export function loadFloats(): Promise<void> {
  loading ??= import("./floats").then(arrive, (error) => {
    loading = null; // who wants them next tries again
    throw error;
  });
  return loading;
}

function arrive(loaded: Floats): void {
  floats = loaded;
  for (const listener of listeners) listener();
}

/** Null until somebody wants them and they are here; from then on they stay. */
export function useFloats(areWanted: boolean): Floats | null {
  const [areUsed, setUsed] = useState(areWanted);
  if (areWanted && !areUsed) setUsed(true);
  useEffect(() => {
    if (areWanted) void loadFloats();
  }, [areWanted]);
  return useSyncExternalStore(
    subscribe,
    () => (areUsed ? floats : null),
    () => null,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

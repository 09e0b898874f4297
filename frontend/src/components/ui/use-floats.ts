"use client";

import { useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";

type Floats = typeof import("./floats");

let floats: Floats | null = null;
let loading: Promise<void> | null = null;
const listeners = new Set<() => void>();

/** Menus, dialogs, tooltips and whatever else lies above the page: a good part of its program, and unseen at first. */
export async function loadFloats(): Promise<void> {
  loading ??= import("./floats").then(arrive, (error) => {
    loading = null; // who wants them next tries again
    throw error;
  });
  await loading; // a promise for each: one who does not mind a failure keeps it from nobody else
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

/** What was asked for and is not here yet is asked for no more: at Escape, when something else than its button is gone
 * to, and when it was lost. */
export function useGivingUp(isAwaited: boolean, onGivenUp: () => void, button?: HTMLElement | null): void {
  const giveUp = useEffectEvent(onGivenUp);
  useEffect(() => {
    if (!isAwaited) return;
    const { signal, abort } = listening();
    const left = ({ target }: Event) =>
      button && target instanceof Node && !button.contains(target) && giveUp();
    document.addEventListener("keydown", ({ key }) => key === "Escape" && giveUp(), { signal });
    document.addEventListener("pointerdown", left, { signal });
    document.addEventListener("focusin", left, { signal });
    void loadFloats().catch((error) => {
      if (!signal.aborted) giveUp();
      throw error;
    });
    return abort;
  }, [isAwaited, button]);
}

function listening() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

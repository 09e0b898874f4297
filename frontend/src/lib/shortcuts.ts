"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";

/**
 * Keys: `mod+k` (Ctrl, or Cmd on a Mac), `shift+enter`, `alt+1`, `escape`, `?`, or two in a row: `g r`. Without a modifier
 * they are not heard while somebody types, and people can turn those off (WCAG 2.1.4).
 */
export interface Shortcut {
  keys: string;
  /** What it does, as the sheet of shortcuts tells it. */
  label: string;
  group: string;
  run: (event: KeyboardEvent) => void;
}

const SEQUENCE_MS = 1200;
const TYPED_INTO = "input:not([type=checkbox], [type=radio]), textarea, select, [role=menu], [role=listbox]";
const OFF = "elenchus-single-keys-off";

let shortcuts: readonly Shortcut[] = [];
let begun: { key: string; at: number } | null = null;
const listeners = new Set<() => void>();

/** While the component is there and `isActive`; of two with the same keys the newest is run. */
export function useShortcut(shortcut: Shortcut, isActive = true): void {
  const newest = useRef(shortcut);
  useEffect(() => {
    newest.current = shortcut;
  });
  const { keys, label, group } = shortcut;
  useEffect(() => {
    if (!isActive) return;
    const entry: Shortcut = { keys, label, group, run: (event) => newest.current.run(event) };
    change([...shortcuts, entry]);
    return () => change(shortcuts.filter((other) => other !== entry));
  }, [keys, label, group, isActive]);
}

const NONE: readonly Shortcut[] = [];

/** All that can be pressed on this page now. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    subscribe,
    () => shortcuts,
    () => NONE,
  );
}

export function useSingleKeys(): [isOn: boolean, turn: (on: boolean) => void] {
  const isOn = useSyncExternalStore(subscribe, areSingleKeysOn, () => true);
  return [isOn, turnSingleKeys];
}

/** Hear the keys of the whole page; once, in the shell. */
export function useShortcutKeys(): void {
  useEffect(() => {
    addEventListener("keydown", heard);
    return () => removeEventListener("keydown", heard);
  }, []);
}

export function isMac(): boolean {
  return typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);
}

function heard(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return;
  const stroke = strokeOf(event);
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== "Escape";
  if (isPlain && (isTyping(event) || (event.key.length === 1 && !areSingleKeysOn()))) return;
  const previous = begun && Date.now() - begun.at < SEQUENCE_MS ? begun.key : null;
  begun = null;
  const found = (previous && named(`${previous} ${stroke}`)) || named(stroke);
  if (found) {
    event.preventDefault();
    found.run(event);
  } else if (shortcuts.some(({ keys }) => keys.startsWith(`${stroke} `))) {
    begun = { key: stroke, at: Date.now() };
  }
}

function named(keys: string): Shortcut | undefined {
  return shortcuts.findLast((shortcut) => shortcut.keys === keys);
}

export function strokeOf(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "code">,
) {
  const isMod = isMac() ? event.metaKey : event.ctrlKey;
  // With Alt a Mac types another character; the key's place on the keyboard tells which it was.
  const physical = event.altKey ? /^(?:Key|Digit)(.)$/.exec(event.code)?.[1] : undefined;
  const key = (physical ?? event.key).toLowerCase();
  const isNamed = key.length > 1; // Shift is told by the character itself where there is one
  const parts = [isMod && "mod", event.altKey && "alt", event.shiftKey && isNamed && "shift", key];
  return parts.filter(Boolean).join("+");
}

function isModifier(key: string): boolean {
  return key === "Shift" || key === "Control" || key === "Alt" || key === "Meta";
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLElement && (target.isContentEditable || target.closest(TYPED_INTO) !== null);
}

function areSingleKeysOn(): boolean {
  return localStorage.getItem(OFF) !== "1";
}

function turnSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(next: readonly Shortcut[]): void {
  shortcuts = next;
  for (const listener of listeners) listener();
}

"use client";

import { type Ref, useLayoutEffect, useRef } from "react";

interface StandingProps {
  target: HTMLElement;
  ref?: Ref<HTMLElement>;
  [given: string]: unknown;
}

/** The child of a Radix trigger whose button stands elsewhere: that one gets the ref, the listeners and the attributes.
 * So a button can be on the page before Radix is, and need not be made anew (which would lose the focus) when it comes. */
export function Standing({ target, ref, ...given }: StandingProps) {
  const named = useRef(new Set<string>());
  useLayoutEffect(() => handOver(ref, target), [ref, target]);
  useLayoutEffect(() => describe(target, given, named.current));
  useLayoutEffect(() => listen(target, given));
  const atFirst = useRef(given);
  useLayoutEffect(() => tellAgain(target, atFirst.current), [target]);
  return null;
}

function handOver(ref: Ref<HTMLElement> | undefined, target: HTMLElement): () => void {
  if (typeof ref !== "function") {
    if (ref) ref.current = target;
    return () => {
      if (ref) ref.current = null;
    };
  }
  const takeBack = ref(target);
  return typeof takeBack === "function" ? takeBack : () => void ref(null);
}

function describe(target: HTMLElement, given: Record<string, unknown>, named: Set<string>): void {
  for (const [name, value] of Object.entries(given)) {
    if (!/^(aria-|data-|id$)/.test(name)) continue;
    if (name === "id" && target.id) continue; // a label may point at it
    if (value !== undefined && value !== null) {
      target.setAttribute(name, String(value));
      named.add(name);
    } else if (named.delete(name)) target.removeAttribute(name);
  }
}

function listen(target: HTMLElement, given: Record<string, unknown>): () => void {
  const listeners = Object.entries(given)
    .filter((entry): entry is [string, EventListener] => isListener(entry))
    .map(([name, listener]) => {
      const heard = (event: Event) => listener(likeOfReact(event));
      return [name.slice(2).toLowerCase(), heard] as const;
    });
  for (const [type, listener] of listeners) target.addEventListener(type, listener);
  return () => {
    for (const [type, listener] of listeners) target.removeEventListener(type, listener);
  };
}

const isListener = ([name, value]: [string, unknown]) => /^on[A-Z]/.test(name) && typeof value === "function";

/** With the one thing that Radix asks of events and the browser's do not have. */
function likeOfReact(event: Event): Event {
  return Object.assign(event, { isPropagationStopped: () => event.cancelBubble });
}

/** The pointer or the focus that it was loaded for came before anybody listened. */
function tellAgain(target: HTMLElement, given: Record<string, unknown>): void {
  const tell = (name: string, event: Event) => {
    const listener = given[name];
    if (typeof listener === "function") listener(likeOfReact(event));
  };
  if (target.matches(":hover") && matchMedia("(hover: hover)").matches) {
    const event = new PointerEvent("pointermove", { pointerType: "mouse" });
    tell("onPointerEnter", event);
    tell("onPointerMove", event);
  }
  if (target.matches(":focus-visible")) tell("onFocus", new FocusEvent("focus"));
}

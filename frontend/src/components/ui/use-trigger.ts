"use client";

import { useCallback, useState } from "react";
import { loadFloats, useFloats, useGivingUp } from "./use-floats";

interface Triggering {
  isOpen?: boolean | undefined;
  /** What was asked for is not awaited any more. */
  onGivenUp?: () => void;
}

/** For a button that something floats at: loads what floats when the pointer or the focus comes near. */
export function useTrigger({ isOpen = false, onGivenUp }: Triggering = {}) {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [isNear, setNear] = useState(false);
  const [isAsked, setAsked] = useState(isOpen);
  if (isOpen && !isNear) setNear(true);
  const isWanted = isNear || isAsked || isOpen;
  const floats = useFloats(isWanted);
  const giveUp = () => {
    setAsked(false);
    onGivenUp?.();
  };
  useGivingUp((isAsked || isOpen) && !floats, giveUp, target);
  // Not before: of many in a list, each would render twice.
  const hold = useCallback(
    (element: HTMLElement | null) => void (isWanted && setTarget(element)),
    [isWanted],
  );
  const come = () => {
    setNear(true);
    void loadFloats(); // again, if it failed before
  };
  return {
    /** What floats, once it is here; until then the button itself must `ask` for it when it is pressed. */
    body: floats && target && { floats, target },
    isAsked,
    ask: () => setAsked(true),
    near: { ref: hold, onPointerEnter: come, onFocus: come },
  };
}

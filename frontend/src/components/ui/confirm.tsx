"use client";

import type { ConfirmProps } from "./floats/confirm";
import { useFloats, useGivingUp } from "./use-floats";

/** Asks once before something that cannot be undone. */
export function Confirm(props: ConfirmProps) {
  const floats = useFloats(props.isOpen);
  useGivingUp(props.isOpen && !floats, () => props.onOpenChange(false));
  return floats && <floats.Confirm {...props} />;
}

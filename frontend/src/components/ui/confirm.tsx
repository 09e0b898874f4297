"use client";

import type { ConfirmProps } from "./floats/confirm";
import { useFloats } from "./use-floats";

/** Asks once before something that cannot be undone. */
export function Confirm(props: ConfirmProps) {
  const floats = useFloats(props.isOpen);
  return floats && <floats.Confirm {...props} />;
}

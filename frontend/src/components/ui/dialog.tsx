"use client";

import type { DialogProps } from "./floats/dialog";
import { useFloats, useGivingUp } from "./use-floats";

export function Dialog(props: DialogProps) {
  const floats = useFloats(props.isOpen);
  useGivingUp(props.isOpen && !floats, () => props.onOpenChange(false));
  return floats && <floats.Dialog {...props} />;
}

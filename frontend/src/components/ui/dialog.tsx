"use client";

import type { DialogProps } from "./floats/dialog";
import { useFloats } from "./use-floats";

export function Dialog(props: DialogProps) {
  const floats = useFloats(props.isOpen);
  return floats && <floats.Dialog {...props} />;
}

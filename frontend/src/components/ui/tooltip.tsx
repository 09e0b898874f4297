"use client";

import { Slot } from "radix-ui";
import type { ReactNode } from "react";
import type { TooltipProps } from "./floats/tooltip";
import { useTrigger } from "./use-trigger";

/** More about something that can have the focus; its child must take a ref. */
export function Tooltip({ children, ...props }: TooltipProps & { children: ReactNode }) {
  const { body, near } = useTrigger();
  return (
    <>
      <Slot.Root {...near}>{children}</Slot.Root>
      {body && <body.floats.Tooltip target={body.target} {...props} />}
    </>
  );
}

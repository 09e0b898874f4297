"use client";

import { Slot } from "radix-ui";
import type { ReactNode } from "react";
import type { HoverCardProps } from "./floats/hover-card";
import { useTrigger } from "./use-trigger";

interface HoverCardWithTriggerProps extends HoverCardProps {
  /** The button; it must take a ref. */
  trigger: ReactNode;
}

/** What something stands on, shown while the pointer or the focus rests on it. */
export function HoverCard({ trigger, ...props }: HoverCardWithTriggerProps) {
  const { body, near } = useTrigger({ isOpen: props.isOpen });
  return (
    <>
      <Slot.Root {...near}>{trigger}</Slot.Root>
      {body && <body.floats.HoverCard target={body.target} {...props} />}
    </>
  );
}

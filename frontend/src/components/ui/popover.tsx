"use client";

import { Slot } from "radix-ui";
import type { ReactNode } from "react";
import type { PopoverProps } from "./floats/popover";
import { useTrigger } from "./use-trigger";

interface PopoverWithTriggerProps extends PopoverProps {
  /** The button; it must take a ref. */
  trigger: ReactNode;
}

export function Popover({ trigger, ...props }: PopoverWithTriggerProps) {
  const { isOpen, onOpenChange } = props;
  const { body, isAsked, ask, near } = useTrigger({
    isOpen,
    onGivenUp: () => onOpenChange?.(false),
  });
  const press = () => {
    if (body) return;
    ask();
    onOpenChange?.(true);
  };
  return (
    <>
      <Slot.Root aria-haspopup="dialog" aria-expanded={false} data-state="closed" onClick={press} {...near}>
        {trigger}
      </Slot.Root>
      {body && <body.floats.Popover target={body.target} isOpenAtFirst={isAsked} {...props} />}
    </>
  );
}

"use client";

import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { floating, useFloor } from "../floating";
import { Standing } from "./standing";

export interface PopoverProps {
  /** What screen readers call it. */
  label: string;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  align?: "start" | "center" | "end";
  className?: string;
  children: ReactNode;
}

export function Popover({
  target,
  isOpenAtFirst,
  label,
  isOpen,
  onOpenChange,
  align = "start",
  className,
  children,
}: PopoverProps & { target: HTMLElement; isOpenAtFirst: boolean }) {
  const floor = useFloor();
  const state = isOpen === undefined ? { defaultOpen: isOpenAtFirst } : { open: isOpen };
  return (
    <Radix.Root {...state} {...(onOpenChange && { onOpenChange })}>
      <Radix.Trigger asChild>
        <Standing target={target} />
      </Radix.Trigger>
      <Radix.Portal container={floor}>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={cn(floating, "w-80 max-w-[calc(100vw-1rem)] p-3", className)}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

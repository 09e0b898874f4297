"use client";

import { HoverCard as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { floating, useFloor } from "../floating";
import { Standing } from "./standing";

export interface HoverCardProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  className?: string;
  children: ReactNode;
}

export function HoverCard({
  target,
  isOpen,
  onOpenChange,
  className,
  children,
}: HoverCardProps & { target: HTMLElement }) {
  const floor = useFloor();
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange} openDelay={250} closeDelay={120}>
      <Radix.Trigger asChild>
        <Standing target={target} />
      </Radix.Trigger>
      <Radix.Portal container={floor}>
        <Radix.Content
          sideOffset={6}
          collisionPadding={8}
          className={cn(floating, "w-96 max-w-[calc(100vw-1rem)] p-3", className)}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

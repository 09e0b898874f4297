"use client";

import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useFloor } from "../floating";
import { Keys } from "../kbd";
import { Standing } from "./standing";

export interface TooltipProps {
  label: ReactNode;
  keys?: string | undefined;
  side?: "top" | "right" | "bottom" | "left";
}

export function Tooltip({ target, label, keys, side = "bottom" }: TooltipProps & { target: HTMLElement }) {
  const floor = useFloor();
  return (
    <Radix.Provider delayDuration={400} skipDelayDuration={200}>
      <Radix.Root>
        <Radix.Trigger asChild>
          <Standing target={target} />
        </Radix.Trigger>
        <Radix.Portal container={floor}>
          <Radix.Content
            side={side}
            sideOffset={6}
            collisionPadding={8}
            className="z-50 flex max-w-72 animate-appear items-center gap-2 rounded-md bg-ink px-2 py-1 text-canvas text-xs shadow-float"
          >
            {label}
            {keys && <Keys keys={keys} className="border-canvas/40 bg-transparent text-canvas" />}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}

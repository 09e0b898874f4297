import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { type Tone, toneFill } from "./tone";

export function Badge({
  tone = "muted",
  className,
  children,
}: {
  tone?: Tone;
  className?: string;
  children: ReactNode;
}) {
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1 whitespace-nowrap rounded px-1.5 py-0.5 font-medium text-xs [&_svg]:size-3",
        toneFill[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}

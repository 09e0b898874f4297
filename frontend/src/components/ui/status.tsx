import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { type Tone, toneText } from "./tone";

/** How a state of a noun is shown; one exhaustive table of these per noun. */
export interface StatusLook {
  label: string;
  tone: Tone;
  icon: LucideIcon;
  isMoving?: boolean;
}

interface StatusProps {
  look: StatusLook;
  /** What it means for this one, such as why it failed. */
  children?: ReactNode;
  className?: string;
}

/** An icon and a word, and a sentence where there is more to say; never a colour alone. */
export function Status({ look, children, className }: StatusProps) {
  const Icon = look.icon;
  return (
    <span className={cn("inline-flex items-start gap-1.5", className)}>
      <Icon
        aria-hidden
        className={cn("mt-0.5 size-4 shrink-0", toneText[look.tone], look.isMoving && "animate-spin")}
      />
      <span className="min-w-0">
        <span className={cn("font-medium", toneText[look.tone])}>{look.label}</span>
        {children && <span className="block text-[0.8125rem] text-muted wrap-anywhere">{children}</span>}
      </span>
    </span>
  );
}

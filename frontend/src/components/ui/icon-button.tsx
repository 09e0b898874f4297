import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Tooltip } from "./tooltip";

interface IconButtonProps extends Omit<ComponentProps<"button">, "aria-label" | "title"> {
  /** What it does; its name, and shown when the pointer or the focus rests on it. */
  label: string;
  keys?: string;
  children: ReactNode;
  size?: "small" | "medium";
}

export function IconButton({ label, keys, size = "medium", className, children, ...props }: IconButtonProps) {
  return (
    <Tooltip label={label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        className={cn(
          "inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors not-disabled:hover:bg-hover not-disabled:hover:text-ink disabled:opacity-45 aria-pressed:bg-selected aria-pressed:text-ink data-[state=open]:bg-hover [&_svg]:size-4",
          size === "small" ? "size-7" : "size-9",
          className,
        )}
        {...props}
      >
        {children}
      </button>
    </Tooltip>
  );
}

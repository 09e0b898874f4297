import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

/** What is wider or longer than its place; it is scrolled by keyboard too. */
export function ScrollBox({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  const classes = cn("overflow-auto focus-visible:-outline-offset-2", className);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset holds controls
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it no key could scroll
    <div role="group" tabIndex={0} aria-label={label} className={classes}>
      {children}
    </div>
  );
}

import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface PageProps {
  title: string;
  /** A word about what is below, such as how many there are. */
  summary?: ReactNode;
  actions?: ReactNode;
  /** Panels that scroll by themselves fill the page; else the page scrolls. */
  isFilled?: boolean;
  className?: string;
  children: ReactNode;
}

export function Page({ title, summary, actions, isFilled = false, className, children }: PageProps) {
  return (
    <div className={cn("flex flex-1 flex-col", isFilled && "min-h-0")}>
      <header className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-4 py-2.5 desk:min-h-14 desk:px-6">
        <h1 className="font-semibold text-lg">{title}</h1>
        {summary && <div className="text-muted">{summary}</div>}
        {actions && <div className="ms-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      <div className={cn("flex-1", isFilled ? "flex min-h-0 flex-col" : "p-4 desk:p-6", className)}>
        {children}
      </div>
    </div>
  );
}

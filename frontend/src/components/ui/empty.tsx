import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  /** What would be here, or what to do. */
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
}

export function Empty({ icon: Icon, title, children, actions, className }: EmptyProps) {
  return (
    <div className={cn("mx-auto flex max-w-md flex-col items-center px-6 py-16 text-center", className)}>
      <span className="mb-4 flex size-11 items-center justify-center rounded-full bg-accent-soft text-accent-text">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="font-semibold text-base">{title}</p>
      {children && <div className="mt-1.5 text-muted">{children}</div>}
      {actions && <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

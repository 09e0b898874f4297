"use client";

import { type ReactNode, useEffect, useState } from "react";
import { cn } from "@/lib/cn";

const PATIENCE_MS = 200;

/** Shown when loading takes longer than a blink; what comes at once does not flicker. */
export function Loading({ label, children }: { label: string; children: ReactNode }) {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" data-loading>
      {isLate && (
        <div className="animate-appear">
          <span className="sr-only">{label}</span>
          {children}
        </div>
      )}
    </div>
  );
}

/** A grey line or block, of the size of what will stand there. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("h-4 animate-pulse rounded bg-selected/70", className)} />;
}

const WIDTHS = ["w-3/4", "w-1/2", "w-2/3", "w-5/6", "w-2/5"];

export function SkeletonRows({ rows = 6, className }: { rows?: number; className?: string }) {
  return (
    <div className={cn("space-y-4 p-4", className)}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have nothing but their place
        <Skeleton key={row} className={cn(WIDTHS[row % WIDTHS.length])} />
      ))}
    </div>
  );
}

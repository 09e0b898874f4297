import { cn } from "@/lib/cn";
import { formatPercent } from "@/lib/format";

/** `fraction` 0 to 1; null when nobody knows how far it is. */
export function Progress({
  label,
  fraction,
  className,
}: {
  label: string;
  fraction: number | null;
  className?: string;
}) {
  const known = fraction === null ? {} : { "aria-valuenow": Math.round(fraction * 100) };
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={fraction === null ? "under way" : formatPercent(fraction)}
      {...known}
      className={cn("h-1.5 overflow-hidden rounded-full bg-selected", className)}
    >
      <div
        className={cn(
          "h-full rounded-full bg-accent transition-[width]",
          fraction === null && "w-1/3 animate-pulse",
        )}
        style={fraction === null ? undefined : { width: `${Math.min(1, Math.max(0, fraction)) * 100}%` }}
      />
    </div>
  );
}

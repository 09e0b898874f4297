import { cn } from "@/lib/cn";

export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={cn("size-7 shrink-0", className)}>
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <path
        d="M10 8h13M10 16h9M10 24h13M10 8v16"
        className="fill-none stroke-accent-ink"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle
        cx="23.4"
        cy="16"
        r="1.9"
        className="fill-[oklch(0.85_0.14_88)] dark:fill-[oklch(0.62_0.16_40)]"
      />
    </svg>
  );
}

export function Wordmark({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2.5", className)}>
      <Mark />
      <span className="font-semibold font-serif text-xl tracking-tight">Elenchus</span>
    </span>
  );
}

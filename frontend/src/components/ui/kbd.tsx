"use client";

import { useSyncExternalStore } from "react";
import { cn } from "@/lib/cn";
import { isMac } from "@/lib/shortcuts";

const NAMES: Record<string, string> = {
  shift: "Shift",
  alt: "Alt",
  enter: "Enter",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
};
const MAC_NAMES: Record<string, string> = { mod: "⌘", alt: "⌥", shift: "⇧", enter: "⏎" };

/** Keys as `useShortcut` takes them, drawn: `mod+k` as Ctrl K or ⌘ K. */
export function Keys({ keys, className }: { keys: string; className?: string }) {
  const onMac = useSyncExternalStore(
    () => () => {},
    isMac,
    () => false,
  );
  const name = (key: string) =>
    (onMac && MAC_NAMES[key]) || (key === "mod" ? "Ctrl" : (NAMES[key] ?? key.toUpperCase()));
  return (
    <span className="inline-flex items-center gap-0.5">
      {keys.split(/[+ ]/).map((key) => (
        <Kbd key={key} className={className}>
          {name(key)}
        </Kbd>
      ))}
    </span>
  );
}

export function Kbd({ children, className }: { children: string; className?: string | undefined }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-5 min-w-5 items-center justify-center rounded border border-line bg-sunken px-1 font-sans text-[0.6875rem] text-muted",
        className,
      )}
    >
      {children}
    </kbd>
  );
}

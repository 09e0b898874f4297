"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/lib/cn";
import type { Destination } from "./navigation";

export function NavLink({ destination, look }: { destination: Destination; look: "side" | "bottom" }) {
  const isHere = usePathname().startsWith(destination.href);
  const Icon = destination.icon;
  return (
    <Link
      href={destination.href}
      aria-current={isHere ? "page" : undefined}
      title={look === "side" ? destination.label : undefined}
      className={cn(
        "transition-colors",
        look === "side"
          ? "flex h-10 items-center gap-3 rounded-lg px-3 text-muted hover:bg-hover hover:text-ink max-xl:justify-center aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-ink"
          : "flex min-h-14 flex-col items-center justify-center gap-1 text-[0.6875rem] text-muted aria-[current=page]:font-medium aria-[current=page]:text-accent-text",
      )}
    >
      <Icon
        aria-hidden
        className={cn("shrink-0", look === "side" ? "size-4.5" : "size-5")}
        strokeWidth={isHere ? 2.2 : 1.8}
      />
      <span className={cn(look === "side" && "max-xl:sr-only")}>{destination.label}</span>
    </Link>
  );
}

import { Search } from "lucide-react";
import Link from "next/link";
import { Keys } from "@/components/ui/kbd";
import { HOME } from "@/lib/next-page";
import { Account } from "./account";
import { NavLink } from "./nav-link";
import { DESTINATIONS } from "./navigation";
import type { Overlay } from "./shell";
import { Mark } from "./wordmark";

/** Names beside the icons where there is room; the icons alone on a smaller desk. */
export function SideBar({ onOpen }: { onOpen: (overlay: Overlay) => void }) {
  return (
    <header className="hidden w-16 shrink-0 flex-col gap-4 border-line border-e bg-surface p-3 desk:flex xl:w-56">
      <Link href={HOME} className="flex h-9 items-center gap-2.5 rounded-md max-xl:justify-center xl:px-1.5">
        <Mark />
        <span className="font-semibold font-serif text-xl tracking-tight max-xl:sr-only">Elenchus</span>
      </Link>
      <button
        type="button"
        onClick={() => onOpen("palette")}
        className="flex h-9 items-center gap-2.5 rounded-lg border border-line px-3 text-muted transition-colors hover:border-line-strong hover:text-ink max-xl:justify-center max-xl:px-0"
      >
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="flex-1 text-start max-xl:sr-only">Go to…</span>
        <span className="max-xl:hidden">
          <Keys keys="mod+k" />
        </span>
      </button>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-1">
        {DESTINATIONS.map((destination) => (
          <NavLink key={destination.href} destination={destination} look="side" />
        ))}
      </nav>
      <Account look="side" onOpen={onOpen} />
    </header>
  );
}

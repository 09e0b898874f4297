import { Search } from "lucide-react";
import Link from "next/link";
import { HOME } from "@/lib/next-page";
import { Account } from "./account";
import type { Overlay } from "./shell";
import { Wordmark } from "./wordmark";

/** On phones and small tablets. */
export function TopBar({ onOpen }: { onOpen: (overlay: Overlay) => void }) {
  return (
    <header className="flex h-13 shrink-0 items-center gap-1 border-line border-b bg-surface px-3 desk:hidden">
      <Link href={HOME} className="me-auto rounded-md">
        <Wordmark />
      </Link>
      <button
        type="button"
        aria-label="Go to…"
        onClick={() => onOpen("palette")}
        className="inline-flex size-11 items-center justify-center rounded-md text-muted"
      >
        <Search aria-hidden className="size-5" />
      </button>
      <Account look="top" onOpen={onOpen} />
    </header>
  );
}

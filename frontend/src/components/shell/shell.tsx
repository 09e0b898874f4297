"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { loadFloats } from "@/components/ui/use-floats";
import { UploadsTray } from "@/features/uploads/uploads-tray";
import { useShortcut, useShortcutKeys } from "@/lib/shortcuts";
import { usePreload } from "@/lib/when-idle";
import { BottomBar } from "./bottom-bar";
import { DESTINATIONS, type Destination } from "./navigation";
import { OfflineBanner } from "./offline-banner";
import { SessionGuard } from "./session-guard";
import { SideBar } from "./side-bar";
import { TopBar } from "./top-bar";

const CommandPalette = dynamic(() => import("./command-palette"), { ssr: false });
const ShortcutSheet = dynamic(() => import("./shortcut-sheet"), { ssr: false });

export type Overlay = "palette" | "shortcuts";

/** What stays when one goes from page to page. */
export function Shell({ children }: { children: ReactNode }) {
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const close = () => setOverlay(null);
  useShortcutKeys();
  usePreload(loadFloats);
  useShortcut({
    keys: "mod+k",
    label: "Find a page or an action",
    group: "Everywhere",
    run: () => setOverlay("palette"),
  });
  useShortcut({
    keys: "?",
    label: "Show the keyboard shortcuts",
    group: "Everywhere",
    run: () => setOverlay("shortcuts"),
  });
  return (
    <SessionGuard>
      {DESTINATIONS.map((destination) => (
        <GoTo key={destination.href} {...destination} />
      ))}
      <a
        href="#main"
        className="fixed top-2 left-2 z-60 -translate-y-16 rounded-md bg-accent px-3 py-2 font-medium text-accent-ink focus:translate-y-0"
      >
        Skip to the content
      </a>
      <div className="flex h-dvh flex-col desk:flex-row">
        <TopBar onOpen={setOverlay} />
        <SideBar onOpen={setOverlay} />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <OfflineBanner />
          <main id="main" tabIndex={-1} className="flex min-h-0 flex-1 flex-col overflow-y-auto outline-none">
            {children}
          </main>
        </div>
        <BottomBar />
      </div>
      <UploadsTray />
      {overlay === "palette" && <CommandPalette onClose={close} onOpen={setOverlay} />}
      {overlay === "shortcuts" && <ShortcutSheet onClose={close} />}
    </SessionGuard>
  );
}

function GoTo({ href, label, keys }: Destination) {
  const router = useRouter();
  useShortcut({ keys, label: `Go to ${label}`, group: "Everywhere", run: () => router.push(href) });
  return null;
}

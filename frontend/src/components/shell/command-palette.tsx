"use client";

import { Command } from "cmdk";
import { Keyboard } from "lucide-react";
import { useRouter } from "next/navigation";
import { Keys } from "@/components/ui/kbd";
import { useShortcuts } from "@/lib/shortcuts";
import { DESTINATIONS } from "./navigation";
import type { Overlay } from "./shell";

interface CommandPaletteProps {
  onClose: () => void;
  onOpen: (overlay: Overlay) => void;
}

const ITEM =
  "flex min-h-10 cursor-default items-center gap-3 rounded-md px-3 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:text-muted";

/** The pages, and whatever the page that is open can do by a shortcut. */
export default function CommandPalette({ onClose, onOpen }: CommandPaletteProps) {
  const router = useRouter();
  const actions = useShortcuts().filter(({ group }) => group !== "Everywhere");
  const groups = [...new Set(actions.map(({ group }) => group))];
  const choose = (act: () => void) => () => {
    onClose();
    act();
  };
  return (
    <Command.Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      label="Go to"
      overlayClassName="fixed inset-0 z-40 animate-appear bg-scrim"
      contentClassName="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 animate-appear overflow-hidden rounded-xl border border-line bg-surface shadow-float [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs"
    >
      <Command.Input
        placeholder="Go to a page, or do something…"
        className="h-12 w-full border-line border-b bg-transparent px-4 text-base outline-none placeholder:text-faint"
      />
      <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-muted">Nothing is called that.</Command.Empty>
        <Command.Group heading="Pages">
          {DESTINATIONS.map(({ href, label, icon: Icon, keys }) => (
            <Command.Item
              key={href}
              value={label}
              onSelect={choose(() => router.push(href))}
              className={ITEM}
            >
              <Icon aria-hidden />
              <span className="flex-1">{label}</span>
              <Keys keys={keys} />
            </Command.Item>
          ))}
        </Command.Group>
        {groups.map((group) => (
          <Command.Group key={group} heading={group}>
            {actions
              .filter((action) => action.group === group)
              .map(({ label, keys, run }) => (
                <Command.Item
                  key={keys}
                  value={`${group} ${label}`}
                  onSelect={choose(() => run(new KeyboardEvent("keydown")))}
                  className={ITEM}
                >
                  <span className="flex-1">{label}</span>
                  <Keys keys={keys} />
                </Command.Item>
              ))}
          </Command.Group>
        ))}
        <Command.Group heading="Help">
          <Command.Item onSelect={choose(() => onOpen("shortcuts"))} className={ITEM}>
            <Keyboard aria-hidden />
            <span className="flex-1">Keyboard shortcuts</span>
            <Keys keys="?" />
          </Command.Item>
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}

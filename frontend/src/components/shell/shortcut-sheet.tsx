"use client";

import { useId } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Switch } from "@/components/ui/field";
import { Keys } from "@/components/ui/kbd";
import { type Shortcut, useShortcuts, useSingleKeys } from "@/lib/shortcuts";

export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const shortcuts = useShortcuts();
  const groups = [...new Set(shortcuts.map(({ group }) => group))];
  return (
    <Dialog isOpen onOpenChange={onClose} title="Keyboard shortcuts" size="medium">
      <div className="gap-8 pb-2 sm:columns-2">
        {groups.map((group) => (
          <Group
            key={group}
            name={group}
            shortcuts={shortcuts.filter((shortcut) => shortcut.group === group)}
          />
        ))}
      </div>
      <SingleKeys />
    </Dialog>
  );
}

function Group({ name, shortcuts }: { name: string; shortcuts: readonly Shortcut[] }) {
  return (
    <section className="mb-5">
      <h3 className="mb-1 break-after-avoid font-medium text-muted text-xs">{name}</h3>
      <dl>
        {shortcuts.map(({ keys, label }) => (
          <div
            key={keys}
            className="flex break-inside-avoid items-center justify-between gap-4 border-line border-b py-1.5"
          >
            <dt>{label}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function SingleKeys() {
  const [isOn, turn] = useSingleKeys();
  const id = useId();
  return (
    <div className="mt-3 flex items-center justify-between gap-4">
      <label htmlFor={id}>
        Keys without Ctrl or Alt
        <span className="block text-[0.8125rem] text-muted">
          Turn them off when you dictate, or type into other tools.
        </span>
      </label>
      <Switch id={id} checked={isOn} onCheckedChange={turn} />
    </div>
  );
}

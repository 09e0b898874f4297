"use client";

import { useMemo, useState } from "react";

type Values = Record<string, string>;

/** Only what differs from what is kept: a value that was changed back is no change. */
export function changed<T extends Values>(kept: T, given: Partial<T>): Partial<T> {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== undefined && value !== kept[name]),
  ) as Partial<T>;
}

/** What somebody is writing over what is kept. What they did not touch follows what is kept. */
export function useDraft<T extends Values>(kept: T) {
  const [given, setGiven] = useState<Partial<T>>({});
  const changes = useMemo(() => changed(kept, given), [kept, given]);
  return {
    draft: { ...kept, ...changes },
    changes,
    isDirty: Object.keys(changes).length > 0,
    set: (name: keyof T & string, value: string) => setGiven((before) => ({ ...before, [name]: value })),
    discard: () => setGiven({}),
  };
}

"use client";

import { useCallback, useMemo, useState } from "react";
import type { Job } from "./job-status";

export interface Selection {
  jobs: readonly Job[];
  has: (id: string) => boolean;
  toggle: (job: Job) => void;
  toggleAll: (listed: readonly Job[]) => void;
  state: (listed: readonly Job[]) => boolean | "indeterminate";
  clear: () => void;
}

export function useSelection(): Selection {
  const [held, setHeld] = useState<ReadonlyMap<string, Job>>(new Map());
  const toggle = useCallback((job: Job) => {
    setHeld((before) => {
      const next = new Map(before);
      if (!next.delete(job.id)) next.set(job.id, job);
      return next;
    });
  }, []);
  const clear = useCallback(() => setHeld(new Map()), []);
  return useMemo(() => {
    const chosen = (listed: readonly Job[]) => listed.filter(({ id }) => held.has(id)).length;
    return {
      jobs: [...held.values()],
      has: (id) => held.has(id),
      toggle,
      toggleAll: (listed) =>
        setHeld(chosen(listed) === listed.length ? new Map() : new Map(listed.map((job) => [job.id, job]))),
      state: (listed) => {
        const count = chosen(listed);
        return count > 0 && (count === listed.length || "indeterminate");
      },
      clear,
    };
  }, [held, toggle, clear]);
}

"use client";

import { useCallback, useMemo, useState } from "react";
import { useUrlState } from "@/lib/url-state";
import type { Summary } from "./acts";
import { type JobFilter, type JobScope, PARAMS } from "./job-filter";
import { useJobStats, useJobs, useLiveJobs } from "./use-jobs";
import { useSelection } from "./use-selection";

/** What the address asks for, and what there is of it. */
export function useBoard(scopes: readonly JobScope[]) {
  const [{ id: openId, scope: asked, ...given }, setAddress] = useUrlState(PARAMS);
  const filter = useStable(given);
  const scope = asked && scopes.includes(asked) ? asked : scopes.includes("firm") ? "firm" : "mine";
  const selection = useSelection();
  const isPaused = selection.jobs.length > 0;
  const [summary, setSummary] = useState<Summary | null>(null);
  const open = useCallback(
    (id: string | null) => setAddress({ id }, { history: id ? "push" : "replace" }),
    [setAddress],
  );
  const setFilter = useCallback((changes: Partial<JobFilter>) => setAddress(changes), [setAddress]);
  const setScope = useCallback((next: JobScope) => setAddress({ scope: next }), [setAddress]);
  return {
    openId,
    open,
    filter,
    setFilter,
    scope,
    setScope,
    scopes,
    selection,
    isPaused,
    summary,
    setSummary,
    stats: useJobStats(scope),
    live: useLiveJobs(filter, scope, isPaused),
    ...useJobs(filter, scope, isPaused),
  };
}

export type Board = ReturnType<typeof useBoard>;

/** The same object as long as it says the same, for it is what queries and streams depend on. */
function useStable<T extends object>(value: T): T {
  const key = JSON.stringify(value);
  return useMemo(() => JSON.parse(key) as T, [key]);
}

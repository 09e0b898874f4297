"use client";

import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { $api, type Schemas } from "@/lib/api/client";
import { useEvents } from "@/lib/api/use-events";
import { API_SCOPES, asQuery, type JobFilter, type JobScope, withJob } from "./job-filter";
import type { Job } from "./job-status";

const PAGE = 50;
const STATS_EVERY_MS = 10_000;
const ALL_EVERY_MS = 10_000; // the stream is of one firm at most
const SETTLE_MS = 700;

type Pages = InfiniteData<Schemas["Page_JobOut_"]>;

export function useJobs(filter: JobFilter, scope: JobScope, isPaused: boolean) {
  const init = { params: { query: { ...asQuery(filter, scope), limit: PAGE } } };
  const list = $api.useInfiniteQuery("get", "/api/v1/jobs", init, {
    pageParamName: "cursor",
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    ...(scope === "all" && !isPaused && { refetchInterval: ALL_EVERY_MS }),
  });
  const jobs = useMemo(() => unique(list.data?.pages.flatMap(({ items }) => items) ?? []), [list.data]);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  // A page of a search may be empty while the next ones are not.
  useEffect(() => {
    if (jobs.length === 0) more();
  }, [jobs.length, more]);
  return { list, jobs, more };
}

/** The pages may overlap by what was queued while they were read. */
function unique(jobs: Job[]): Job[] {
  return [...new Map(jobs.map((job) => [job.id, job])).values()];
}

export function useJobStats(scope: JobScope) {
  const query = { scope: API_SCOPES[scope] };
  return $api.useQuery(
    "get",
    "/api/v1/jobs/stats",
    { params: { query } },
    { refetchInterval: STATS_EVERY_MS },
  );
}

/** Puts what changes into what is shown. While paused it is kept, and `waiting` tells how many. */
export function useLiveJobs(filter: JobFilter, scope: JobScope, isPaused: boolean) {
  const queries = useQueryClient();
  const kept = useRef(new Map<string, Job>());
  const overtaking = useOvertaking();
  const [waiting, setWaiting] = useState(0);
  const settle = useSettled(() => {
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/jobs/stats"] });
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/jobs/{job_id}"] });
  });
  const apply = useCallback(() => {
    const changed = [...kept.current.values()];
    kept.current.clear();
    setWaiting(0);
    if (changed.length === 0) return;
    const key = listKey(filter, scope);
    const merge = (jobs: Job[]) =>
      queries.setQueryData<Pages>(key, (held) => held && merged(held, jobs, filter));
    merge(changed);
    overtaking(key, changed, merge);
    settle();
  }, [queries, filter, scope, settle, overtaking]);
  useEffect(() => {
    if (!isPaused) apply();
  }, [isPaused, apply]);
  const path = `/api/v1/jobs/events?scope=${scope === "mine" ? "me" : "tenant"}`;
  const { state, problem } = useEvents<Schemas["JobEvent"]>({
    path,
    onEvent: (event) => {
      if (event.event !== "job") return;
      kept.current.set(event.data.id, event.data);
      if (isPaused) setWaiting(kept.current.size);
      else apply();
    },
  });
  return { state, problem, waiting };
}

/** A list that was asked for before may arrive after, and must not undo what was told meanwhile: it is merged again. */
function useOvertaking() {
  const queries = useQueryClient();
  const late = useRef(new Map<string, { jobs: Map<string, Job>; merge: (jobs: Job[]) => void }>());
  useEffect(() => {
    const pending = late.current;
    return queries.getQueryCache().subscribe((event) => {
      const told = pending.get(event.query.queryHash);
      const isOver = event.type === "updated" && event.query.state.fetchStatus === "idle";
      if (!told || !isOver) return;
      pending.delete(event.query.queryHash);
      told.merge([...told.jobs.values()]);
    });
  }, [queries]);
  return useCallback(
    (key: readonly unknown[], jobs: Job[], merge: (jobs: Job[]) => void) => {
      const query = queries.getQueryCache().find({ queryKey: key });
      if (query?.state.fetchStatus !== "fetching") return;
      const told = late.current.get(query.queryHash)?.jobs ?? new Map<string, Job>();
      for (const job of jobs) told.set(job.id, job);
      late.current.set(query.queryHash, { jobs: told, merge });
    },
    [queries],
  );
}

function listKey(filter: JobFilter, scope: JobScope) {
  return ["get", "/api/v1/jobs", { params: { query: { ...asQuery(filter, scope), limit: PAGE } } }] as const;
}

function merged(held: Pages, changed: Job[], filter: JobFilter): Pages {
  return { ...held, pages: changed.reduce((pages, job) => withJob(pages, job, filter), held.pages) };
}

/** Runs it a moment after the first call of a burst. */
function useSettled(run: () => void): () => void {
  const newest = useRef(run);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    newest.current = run;
  });
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      newest.current();
    }, SETTLE_MS);
  }, []);
}

"use client";

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import type { Schemas } from "@/lib/api/client";
import { useEvents } from "@/lib/api/use-events";
import { isUnderWay } from "./document-status";
import { changeEverywhere, type DocumentOut, isHeld, LISTS, renew, withJob } from "./documents-cache";

type Job = Schemas["JobOut"];

const OVER = new Set<Job["status"]>(["completed", "failed", "cancelled"]);
const INGEST = "library.ingest";
const ANALYZE = "library.analyze";
const ANALYSES = "/api/v1/documents/{document_id}/analyses";
const MOST_ASKED = 20;
const WITHOUT_STREAM_MS = 3000;
const OF_OTHERS_MS = 20_000;

/**
 * Keep what is shown up to date: by the stream of one's own jobs, and by asking for what that does not tell. `onNew` is
 * called of a document that no list here holds, when its reading is heard of first, and when it is over.
 */
export function useLiveDocuments(shown: readonly DocumentOut[], onNew?: () => void): void {
  const queries = useQueryClient();
  const heard = useRef(new Set<string>());
  const { state } = useEvents<Schemas["JobEvent"]>({
    path: "/api/v1/jobs/events",
    onEvent: (event) => {
      if (event.event !== "job") return;
      take(queries, event.data);
      if (isOfUnknown(queries, event.data, heard.current)) onNew?.();
    },
  });
  const ids = shown.filter(isUnderWay).map(({ id }) => id);
  const asked = ids.slice(0, MOST_ASKED);
  useQuery({
    queryKey: ["documents under way", asked],
    queryFn: async () => {
      await Promise.all(asked.map((id) => renew(queries, id)));
      return null;
    },
    enabled: asked.length > 0,
    refetchInterval: state.kind === "open" ? OF_OTHERS_MS : WITHOUT_STREAM_MS,
    staleTime: OF_OTHERS_MS,
  });
}

/** The last that the stream told of a job, while it is under way. */
export function useLiveJob(jobId: string): Job | undefined {
  return useQuery<Job>({ queryKey: liveJob(jobId), enabled: false }).data;
}

const liveJob = (jobId: string) => ["job as told", jobId];

/** Once of each: a filter may leave out what is being read, and each of its steps is told. */
export function isOfUnknown(queries: QueryClient, job: Job, heard: Set<string>): boolean {
  const word = `${job.id} ${OVER.has(job.status)}`;
  if (job.type !== INGEST || heard.has(word)) return false;
  heard.add(word);
  return !isHeld(queries, job.subject.id);
}

function take(queries: QueryClient, job: Job): void {
  queries.setQueryData(liveJob(job.id), job);
  const isOver = OVER.has(job.status);
  if (job.type === INGEST) {
    changeEverywhere(queries, job.subject.id, (document) => withJob(document, job));
    if (isOver && isHeld(queries, job.subject.id))
      renew(queries, job.subject.id).catch(() => queries.invalidateQueries({ queryKey: LISTS }));
  } else if (job.type === ANALYZE && isOver) {
    void queries.invalidateQueries({ queryKey: ["get", ANALYSES] });
    void queries.invalidateQueries({ queryKey: ["get", `${ANALYSES}/{analysis_id}`] });
  }
  if (isOver) void queries.invalidateQueries({ queryKey: ["get", "/api/v1/jobs"] });
}

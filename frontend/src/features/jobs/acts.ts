"use client";

import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import { asProblem, type Problem } from "@/lib/api/problem";
import { type Job, mayCancel, mayRetry } from "./job-status";

export type Act = "cancel" | "retry";

export const ACTS = {
  cancel: { verb: "Cancel", done: "cancelled, or stopping", may: mayCancel, lateness: "over" },
  retry: { verb: "Run again", done: "waiting to run again", may: mayRetry, lateness: "not_over" },
} as const;

export async function actOn(act: Act, id: string): Promise<Job> {
  const init = { params: { path: { job_id: id } } };
  return act === "cancel"
    ? (unwrap(api.POST("/api/v1/jobs/{job_id}/cancel", init)) as Promise<Job>)
    : (unwrap(api.POST("/api/v1/jobs/{job_id}/retry", init)) as Promise<Job>);
}

export function refreshJobs(queries: QueryClient): Promise<unknown> {
  const paths = ["/api/v1/jobs", "/api/v1/jobs/stats", "/api/v1/jobs/{job_id}"];
  return Promise.all(paths.map((path) => queries.invalidateQueries({ queryKey: ["get", path] })));
}

export function useAct(act: Act) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => actOn(act, id),
    onSettled: () => refreshJobs(queries),
  });
}

export interface Refused {
  job: Job;
  problem: Problem;
}

export interface Summary {
  act: Act;
  done: number;
  refused: readonly Refused[];
  /** How many were passed over, by reason. */
  skipped: Readonly<Record<string, number>>;
  hasMore: boolean;
}

const AT_ONCE = 4;

/** Each by itself, so that one refusal does not keep the others. */
export async function actOnAll(act: Act, jobs: readonly Job[]): Promise<Summary> {
  const waiting = jobs.filter(ACTS[act].may);
  const total = waiting.length;
  const refused: Refused[] = [];
  let late = 0; // what has ended, or begun again, since it was listed
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      try {
        await actOn(act, job.id);
      } catch (error) {
        const problem = asProblem(error);
        if (problem.status === 409) late += 1;
        else refused.push({ job, problem });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const skipped: Record<string, number> = late > 0 ? { [ACTS[act].lateness]: late } : {};
  return { act, done: total - refused.length - late, refused, skipped, hasMore: false };
}

const REASONS: Record<string, string> = {
  over: "had ended already",
  not_over: "had not ended",
  stopping: "were stopping already",
  changed: "had changed meanwhile",
  gone: "were gone",
  unreadable: "are of another version",
};

export const skipReason = (reason: string): string => REASONS[reason] ?? reason.replaceAll("_", " ");

import { flag, id, oneOf, text } from "@/lib/url-state";
import { JOB_STATUSES, type Job, type JobStatus } from "./job-status";

export const SCOPES = ["mine", "firm", "all"] as const;
export type JobScope = (typeof SCOPES)[number];

/** What the address says. `since` and `until` are days, `2026-11-22`. */
export const PARAMS = {
  id: id(),
  status: oneOf(JOB_STATUSES, null),
  type: text(),
  q: text(),
  document: id(),
  since: text(),
  until: text(),
  never: flag(),
  scope: oneOf(SCOPES, null),
};

export interface JobFilter {
  status: JobStatus | null;
  type: string;
  q: string;
  document: string | null;
  since: string;
  until: string;
  never: boolean;
}

export const NO_FILTER: JobFilter = {
  status: null,
  type: "",
  q: "",
  document: null,
  since: "",
  until: "",
  never: false,
};

export function isFiltered(filter: JobFilter): boolean {
  return (Object.keys(NO_FILTER) as (keyof JobFilter)[]).some((name) => filter[name] !== NO_FILTER[name]);
}

export const API_SCOPES = { mine: "me", firm: "tenant", all: "all" } as const;

/** The filter as the API takes it, for the list and for acts on all that match. */
export function asQuery(filter: JobFilter, scope: JobScope) {
  return {
    scope: API_SCOPES[scope],
    ...(filter.status && { status: filter.status }),
    ...(filter.type && { type: filter.type }),
    ...(filter.q.trim() && { q: filter.q.trim() }),
    ...(filter.document && { document_id: filter.document }),
    ...(dayStart(filter.since) && { since: dayStart(filter.since) }),
    ...(dayEnd(filter.until) && { until: dayEnd(filter.until) }),
    ...(filter.never && { never_started: true }),
  };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The day's first moment where the reader is. */
export function dayStart(day: string): string | null {
  return DAY.test(day) ? instant(`${day}T00:00:00`) : null;
}

export function dayEnd(day: string): string | null {
  return DAY.test(day) ? instant(`${day}T23:59:59.999`) : null;
}

function instant(local: string): string | null {
  const moment = new Date(local);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** The widest that the role reaches comes first where the address says nothing: the firm's for its administrators. */
export function scopesFor(role: { isAdmin: boolean; isSuperuser: boolean }): readonly JobScope[] {
  if (role.isSuperuser) return ["mine", "firm", "all"];
  return role.isAdmin ? ["mine", "firm"] : ["mine"];
}

/**
 * The pages with this job as it stands now: changed in place, gone when it matches no longer, first when it is new.
 * What the server alone can judge (words, documents, days) adds nothing, it only changes what is listed.
 */
export function withJob<P extends { items: Job[] }>(pages: P[], job: Job, filter: JobFilter): P[] {
  const fits = (!filter.status || filter.status === job.status) && (!filter.type || filter.type === job.type);
  const isListed = pages.some(({ items }) => items.some(({ id }) => id === job.id));
  if (isListed) {
    return pages.map((page) => ({
      ...page,
      items: page.items.flatMap((one) => (one.id !== job.id ? [one] : fits ? [job] : [])),
    }));
  }
  const isJudgedHere = !filter.q && !filter.document && !filter.since && !filter.until && !filter.never;
  const [first, ...rest] = pages;
  const newest = first?.items[0]?.queued_at;
  if (!fits || !isJudgedHere || !first || (newest && job.queued_at < newest)) return pages;
  return [{ ...first, items: [job, ...first.items] }, ...rest];
}

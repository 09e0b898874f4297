import { describe, expect, it } from "vitest";
import { asQuery, dayEnd, dayStart, isFiltered, NO_FILTER, scopesFor, withJob } from "./job-filter";
import type { Job } from "./job-status";

const job = (id: string, changes: Partial<Job> = {}): Job => ({
  id,
  tenant_id: "t",
  user_id: "u",
  type: "library.ingest",
  status: "queued",
  queue: "default",
  progress: 0,
  stage: null,
  attempts: 0,
  max_attempts: 3,
  cancel_requested: false,
  subject: { type: "document", id: "d" },
  error: null,
  queued_at: `2026-11-22T00:00:0${id}Z`,
  started_at: null,
  completed_at: null,
  worker: null,
  never_started: false,
  ...changes,
});
const ids = (pages: { items: Job[] }[]) => pages.map(({ items }) => items.map(({ id }) => id));

describe("the filter", () => {
  it("asks for nothing but the scope when nothing is chosen", () => {
    expect(asQuery(NO_FILTER, "firm")).toEqual({ scope: "tenant" });
    expect(isFiltered(NO_FILTER)).toBe(false);
  });

  it("asks for what is chosen", () => {
    const filter = { ...NO_FILTER, status: "failed", q: " lease ", document: "d1", never: true } as const;
    expect(isFiltered(filter)).toBe(true);
    expect(asQuery(filter, "mine")).toEqual({
      scope: "me",
      status: "failed",
      q: "lease",
      document_id: "d1",
      never_started: true,
    });
  });

  it("takes days whole, where the reader is, and nothing that is no day", () => {
    expect(dayStart("2026-11-22")).toBe(new Date(2026, 10, 22).toISOString());
    expect(dayEnd("2026-11-22")).toBe(new Date(2026, 10, 22, 23, 59, 59, 999).toISOString());
    expect(dayStart("2026-13-45")).toBeNull();
    expect(dayStart("yesterday")).toBeNull();
  });

  it("offers what the role reaches", () => {
    expect(scopesFor({ isAdmin: false, isSuperuser: false })).toEqual(["mine"]);
    expect(scopesFor({ isAdmin: true, isSuperuser: false })).toEqual(["mine", "firm"]);
    expect(scopesFor({ isAdmin: true, isSuperuser: true })).toEqual(["mine", "firm", "all"]);
  });
});

describe("a job that changed", () => {
  const pages = [{ items: [job("5"), job("4")] }, { items: [job("3")] }];

  it("is changed in its place", () => {
    const [, second] = withJob(pages, job("3", { status: "running" }), NO_FILTER);
    expect(second?.items[0]?.status).toBe("running");
  });

  it("goes when it matches no longer", () => {
    const after = withJob(pages, job("4", { status: "running" }), { ...NO_FILTER, status: "queued" });
    expect(ids(after)).toEqual([["5"], ["3"]]);
  });

  it("comes first when it is new and matches", () => {
    expect(ids(withJob(pages, job("6"), NO_FILTER))).toEqual([["6", "5", "4"], ["3"]]);
    expect(withJob(pages, job("6"), { ...NO_FILTER, status: "failed" })).toBe(pages);
    expect(withJob([{ items: [] }], job("6"), NO_FILTER)[0]?.items).toHaveLength(1);
  });

  it("is not added where only the server can tell whether it matches, nor where it is older than what is listed", () => {
    expect(withJob(pages, job("6"), { ...NO_FILTER, q: "lease" })).toBe(pages);
    expect(withJob(pages, job("1"), NO_FILTER)).toBe(pages);
  });
});

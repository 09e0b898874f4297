import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Schemas } from "@/lib/api/client";
import {
  changeEverywhere,
  type DocumentOut,
  inList,
  isHeld,
  LISTS,
  takeOut,
  withJob,
} from "./documents-cache";
import { isOfUnknown } from "./use-live-documents";

function documentOf(id: string, processing: Partial<Schemas["ProcessingOut"]> = {}): DocumentOut {
  const at = {
    status: "pending",
    stage: "queued",
    progress: 0,
    error: null,
    job_id: "j1",
    attempts: 0,
  } as const;
  return { id, title: id, processing: { ...at, ...processing } } as DocumentOut;
}

function jobOf(changes: Partial<Schemas["JobOut"]>): Schemas["JobOut"] {
  return { id: "j1", status: "running", progress: 0.4, stage: "reading", ...changes } as Schemas["JobOut"];
}

describe("withJob", () => {
  it("takes how far the reading is", () => {
    expect(withJob(documentOf("a"), jobOf({})).processing).toMatchObject({
      status: "processing",
      progress: 0.4,
      stage: "reading",
    });
  });

  it.each([
    ["another job", documentOf("a"), jobOf({ id: "j2" })],
    ["one that is over, which the document itself tells", documentOf("a"), jobOf({ status: "completed" })],
    ["news of before", documentOf("a", { status: "processing", progress: 0.6 }), jobOf({})],
    ["a document that is ready", documentOf("a", { status: "completed" }), jobOf({})],
  ])("leaves it as it is for %s", (_, document, job) => {
    expect(withJob(document, job)).toBe(document);
  });
});

describe("lists", () => {
  const pages = {
    pages: [{ items: [documentOf("a")] }, { items: [documentOf("b")] }],
    pageParams: [null, "c"],
  };
  const renamed = (document: DocumentOut) => (document.id === "b" ? { ...document, title: "B" } : document);

  it("are changed where the document is, and stay the same objects where not", () => {
    const changed = inList(pages, renamed) as typeof pages;
    expect(changed.pages[1]?.items[0]?.title).toBe("B");
    expect(changed.pages[0]).toBe(pages.pages[0]);
    expect(inList(pages, (document) => document)).toBe(pages);
    expect(inList({ items: [documentOf("b")] }, renamed)).toMatchObject({ items: [{ title: "B" }] });
    expect(inList(undefined, renamed)).toBeUndefined();
  });

  it("lose what was deleted", () => {
    const queries = new QueryClient();
    queries.setQueryData([...LISTS, {}], pages);
    changeEverywhere(queries, "b", renamed);
    expect(isHeld(queries, "b")).toBe(true);
    takeOut(queries, "b");
    expect(isHeld(queries, "b")).toBe(false);
    expect(isHeld(queries, "a")).toBe(true);
  });
});

describe("isOfUnknown", () => {
  const reading = (id: string, changes: Partial<Schemas["JobOut"]> = {}) =>
    jobOf({
      id: `reading ${id}`,
      type: "library.ingest",
      subject: { type: "document", id },
      ...changes,
    });

  it("is once of a document that no list holds, and once more when it is over", () => {
    const [queries, heard] = [new QueryClient(), new Set<string>()];
    queries.setQueryData([...LISTS, {}], { items: [documentOf("a")] });
    expect(isOfUnknown(queries, reading("a"), heard)).toBe(false);
    expect(isOfUnknown(queries, reading("new"), heard)).toBe(true);
    expect(isOfUnknown(queries, reading("new", { progress: 0.9 }), heard)).toBe(false);
    expect(isOfUnknown(queries, reading("new", { status: "completed" }), heard)).toBe(true);
    expect(isOfUnknown(queries, reading("other", { type: "library.analyze" }), heard)).toBe(false);
  });
});

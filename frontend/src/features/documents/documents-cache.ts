import type { QueryClient } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "@/lib/api/client";

export type DocumentOut = Schemas["DocumentOut"];
type Job = Schemas["JobOut"];
interface Listed {
  items: DocumentOut[];
}
type Change = (document: DocumentOut) => DocumentOut;

export const LISTS = ["get", "/api/v1/documents"];
const ONE = ["get", "/api/v1/documents/{document_id}"];

/** In every list and view that holds it; what is not changed stays the same object, and nothing that shows it moves. */
export function changeEverywhere(queries: QueryClient, documentId: string, change: Change): void {
  const changed: Change = (document) => (document.id === documentId ? change(document) : document);
  queries.setQueriesData<unknown>({ queryKey: LISTS }, (data: unknown) => inList(data, changed));
  queries.setQueriesData<DocumentOut>({ queryKey: ONE }, (data) => data && changed(data));
}

/** Documents as the server has just told them. */
export function putEverywhere(queries: QueryClient, document: DocumentOut): void {
  changeEverywhere(queries, document.id, () => document);
}

export async function renew(queries: QueryClient, documentId: string): Promise<void> {
  const path = { document_id: documentId };
  putEverywhere(queries, await unwrap(api.GET("/api/v1/documents/{document_id}", { params: { path } })));
}

/** Whether anything on this page holds it still; what was deleted is not asked for. */
export function isHeld(queries: QueryClient, documentId: string): boolean {
  let isFound = false;
  const look: Change = (document) => {
    isFound ||= document.id === documentId;
    return document;
  };
  for (const [, data] of queries.getQueriesData({ queryKey: LISTS })) inList(data, look);
  for (const [, data] of queries.getQueriesData<DocumentOut>({ queryKey: ONE })) if (data) look(data);
  return isFound;
}

/** Out of the lists at once; they are asked for again, and what is open of it is forgotten. */
export function takeOut(queries: QueryClient, documentId: string): void {
  queries.setQueriesData<unknown>({ queryKey: LISTS }, (data: unknown) => without(data, documentId));
  queries.removeQueries({ queryKey: ONE, predicate: ({ state }) => isDocument(state.data, documentId) });
  void queries.invalidateQueries({ queryKey: LISTS });
}

function without(data: unknown, documentId: string): unknown {
  const kept = (page: Listed) => ({ ...page, items: page.items.filter(({ id }) => id !== documentId) });
  if (isPaged(data)) return { ...data, pages: data.pages.map(kept) };
  return isListed(data) ? kept(data) : data;
}

function isDocument(data: unknown, documentId: string): boolean {
  return typeof data === "object" && data !== null && "id" in data && data.id === documentId;
}

/** Lists come as one page, or as pages that were loaded one after the other. */
export function inList(data: unknown, change: Change): unknown {
  if (isPaged(data)) {
    const pages = mapped(data.pages, (page) => inItems(page, change));
    return pages === data.pages ? data : { ...data, pages };
  }
  return isListed(data) ? inItems(data, change) : data;
}

function inItems(page: Listed, change: Change): Listed {
  const items = mapped(page.items, change);
  return items === page.items ? page : { ...page, items };
}

function mapped<T>(values: T[], change: (value: T) => T): T[] {
  const next = values.map(change);
  return next.some((value, index) => value !== values[index]) ? next : values;
}

function isPaged(data: unknown): data is { pages: Listed[] } {
  return typeof data === "object" && data !== null && "pages" in data && Array.isArray(data.pages);
}

function isListed(data: unknown): data is Listed {
  return typeof data === "object" && data !== null && "items" in data && Array.isArray(data.items);
}

/** How far the reading is, as its job tells. Another job's news, or news of before, change nothing. */
export function withJob(document: DocumentOut, job: Job): DocumentOut {
  const { processing } = document;
  const isNews =
    job.id === processing.job_id && job.status === "running" && job.progress >= processing.progress;
  if (!isNews || processing.status === "completed" || processing.status === "failed") return document;
  const { progress, stage } = job;
  return {
    ...document,
    processing: { ...processing, status: "processing", progress, stage: stage ?? processing.stage },
  };
}

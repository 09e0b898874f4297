"use client";

import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { $api, type Schemas } from "@/lib/api/client";
import { useEvents } from "@/lib/api/use-events";

export type LibraryDocument = Schemas["DocumentOut"];
type Pages = InfiniteData<Schemas["Page_DocumentOut_"]>;

const PAGE = 200;
const LOOK_MS = 10_000; // for documents that others have added; one's own are told at once
export const LIBRARY = ["get", "/api/v1/documents"];

/** The firm's documents, newest first; with `q` those whose names match. */
export function useLibrary(q = "") {
  const query = $api.useInfiniteQuery(
    "get",
    "/api/v1/documents",
    { params: { query: { limit: PAGE, ...(q && { q }) } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      refetchInterval: ({ state }) => (documentsOf(state.data as Pages).some(isBeingRead) ? LOOK_MS : false),
    },
  );
  return { ...query, documents: documentsOf(query.data as Pages | undefined) };
}

function documentsOf(data: Pages | undefined): LibraryDocument[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

export function isBeingRead({ processing: { status } }: LibraryDocument): boolean {
  return status === "pending" || status === "processing";
}

/** Shows how far the reading of one's own documents has come, as it happens. */
export function useReadingProgress(isAnyBeingRead: boolean): void {
  const queries = useQueryClient();
  useEvents<Schemas["JobEvent"]>({
    path: isAnyBeingRead ? "/api/v1/jobs/events" : null,
    onEvent: ({ event, data: job }) => {
      if (event !== "job" || job.subject.type !== "document") return;
      if (job.completed_at) void queries.invalidateQueries({ queryKey: LIBRARY });
      else queries.setQueriesData<Pages>({ queryKey: LIBRARY }, (pages) => pages && withProgress(pages, job));
    },
  });
}

function withProgress(data: Pages, { id, progress, stage, status }: Schemas["JobOut"]): Pages {
  if (status !== "running" || !Array.isArray(data.pages)) return data;
  const updated = (document: LibraryDocument): LibraryDocument =>
    document.processing.job_id === id
      ? {
          ...document,
          processing: { ...document.processing, status: "processing", stage: stage ?? "reading", progress },
        }
      : document;
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(updated) })) };
}

const TYPING_MS = 250;

/** What was typed, once the typing pauses. */
export function useSettled(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}

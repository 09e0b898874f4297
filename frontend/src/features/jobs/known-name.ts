import type { QueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/lib/api/client";
import type { Job } from "./job-status";

interface Named {
  /** Under which it is read, alone and in lists. */
  paths: readonly string[];
  nameIn: (row: Row, id: string) => string | undefined;
}
type Row = Partial<Schemas["DocumentOut"] & Schemas["ConversationOut"] & Schemas["ExecutionListed"]>;

const NAMED: Record<string, Named> = {
  document: {
    paths: ["/api/v1/documents/{document_id}", "/api/v1/documents"],
    nameIn: (row, id) => (row.id === id ? row.original_filename : undefined),
  },
  conversation: {
    paths: ["/api/v1/chat/conversations/{conversation_id}", "/api/v1/chat/conversations"],
    nameIn: (row, id) => (row.id === id ? row.title : undefined),
  },
  execution: {
    paths: ["/api/v1/workflows/executions/{execution_id}", "/api/v1/workflows/executions"],
    nameIn: (row, id) => (row.execution_id === id ? row.title : undefined),
  },
};

/** What it is called, as far as a page that was looked at before has read it; nothing is asked for. */
export function knownName(queries: QueryClient, { type, id }: Job["subject"]): string | undefined {
  const named = NAMED[type];
  for (const path of named?.paths ?? []) {
    for (const [, data] of queries.getQueriesData({ queryKey: ["get", path] })) {
      for (const row of rowsOf(data)) {
        const name = named?.nameIn(row, id);
        if (name) return name;
      }
    }
  }
}

/** Of one thing, of a page, and of pages that were read one after the other. */
function rowsOf(data: unknown): readonly Row[] {
  if (typeof data !== "object" || data === null) return [];
  if ("pages" in data) return (data.pages as unknown[]).flatMap(rowsOf);
  return "items" in data ? (data.items as Row[]) : [data];
}

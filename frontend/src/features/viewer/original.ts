import { useQuery } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import type { Problem } from "@/lib/api/problem";
import { saveFile } from "@/lib/save-file";

const KEPT_MS = 5 * 60_000; // leafing between citations of a few documents loads each once

function fetchOriginal(documentId: string, signal?: AbortSignal): Promise<Blob> {
  return unwrap(
    api.GET("/api/v1/documents/{document_id}/file", {
      params: { path: { document_id: documentId } },
      parseAs: "blob",
      ...(signal && { signal }),
    }),
  ) as Promise<Blob>;
}

/** The file as it was uploaded; it never changes. */
export function useOriginal(documentId: string) {
  return useQuery<Blob, Problem>({
    queryKey: ["document-file", documentId],
    queryFn: ({ signal }) => fetchOriginal(documentId, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
  });
}

export async function saveOriginal(document: Schemas["DocumentOut"]): Promise<void> {
  saveFile(await fetchOriginal(document.id), document.original_filename);
}

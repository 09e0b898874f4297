"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "@/components/ui/toast";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { saveFile } from "@/lib/save-file";
import { type DocumentOut, putEverywhere, takeOut } from "./documents-cache";

export type DetailsChange = Schemas["DetailsChange"];

const pathOf = ({ id }: DocumentOut) => ({ path: { document_id: id } });

export function deleteDocument(document: DocumentOut): Promise<unknown> {
  return unwrap(api.DELETE("/api/v1/documents/{document_id}", { params: pathOf(document) }));
}

export function reprocessDocument(document: DocumentOut): Promise<DocumentOut> {
  return unwrap(api.POST("/api/v1/documents/{document_id}/reprocess", { params: pathOf(document) }));
}

/** Only of the version that is shown: what somebody else has changed meanwhile is not lost (412). */
export function changeDocument(document: DocumentOut, change: DetailsChange): Promise<DocumentOut> {
  return unwrap(
    api.PATCH("/api/v1/documents/{document_id}", {
      params: { ...pathOf(document), header: { "if-match": `"${document.revision}"` } },
      body: change,
    }),
  );
}

export function useDelete(document: DocumentOut) {
  const queries = useQueryClient();
  return async () => {
    await deleteDocument(document);
    takeOut(queries, document.id);
    toast.done(`“${document.title}” is deleted`);
  };
}

export function useReprocess(document: DocumentOut) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => reprocessDocument(document),
    onSuccess: (changed) => putEverywhere(queries, changed),
    onError: (error) => toast.failed(`“${document.title}” is not read again`, error),
  });
}

export function useChange(document: DocumentOut) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: DetailsChange) => changeDocument(document, change),
    onSuccess: (changed) => putEverywhere(queries, changed),
  });
}

/** The original. It needs the session's token, so a plain link would not do. */
export async function download(document: DocumentOut): Promise<void> {
  try {
    const blob = await unwrap(
      api.GET("/api/v1/documents/{document_id}/file", { params: pathOf(document), parseAs: "blob" }),
    );
    saveFile(blob as Blob, document.filename);
  } catch (error) {
    toast.failed(`“${document.filename}” could not be downloaded`, error);
  }
}

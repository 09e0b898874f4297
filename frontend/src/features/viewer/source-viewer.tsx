"use client";

import { FileX } from "lucide-react";
import type { ReactNode } from "react";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api } from "@/lib/api/client";
import { OpenDocument } from "./open-document";
import type { Passage } from "./passage";

export interface SourceViewerProps {
  documentId: string;
  /** Where to open it; the reader may leaf on from there. */
  page?: number | undefined;
  /** A passage to be marked on its page. */
  highlight?: Passage | undefined;
  onPageChange?: ((page: number) => void) | undefined;
  /** More buttons for its bar. */
  actions?: ReactNode;
}

/** A document as it was uploaded, opened at a page, with a passage of it marked. */
export function SourceViewer({ documentId, ...props }: SourceViewerProps) {
  const document = $api.useQuery("get", "/api/v1/documents/{document_id}", {
    params: { path: { document_id: documentId } },
  });
  if (document.data) return <OpenDocument key={documentId} document={document.data} {...props} />;
  if (!document.isError) {
    return (
      <Loading label="Opening the document">
        <SkeletonRows rows={8} />
      </Loading>
    );
  }
  if (document.error.status === 404) {
    return (
      <Empty icon={FileX} title="This document is no longer here">
        It was deleted, or it belongs to another firm. What was quoted from it stays in the answer.
      </Empty>
    );
  }
  return (
    <ErrorBox
      className="m-3"
      error={document.error}
      what="The document could not be opened"
      onRetry={document.refetch}
    />
  );
}

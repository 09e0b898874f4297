"use client";

import { FileX } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api, type Schemas } from "@/lib/api/client";
import type { Highlighting } from "@/lib/highlight";
import { PageText } from "./page-text";
import { PassageNotice } from "./passage-notice";
import { PdfOriginal } from "./pdf-original";
import { ViewerBar } from "./viewer-bar";

export interface Passage {
  quote: string;
  page: number;
}

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

type Form = "original" | "text";

function OpenDocument({
  document,
  page: wantedPage,
  highlight,
  onPageChange,
  actions,
}: Omit<SourceViewerProps, "documentId"> & { document: Schemas["DocumentOut"] }) {
  const isPdf = document.file_type === "pdf";
  const [form, setForm] = useState<Form>(isPdf ? "original" : "text");
  const [zoom, setZoom] = useState(1);
  const [counted, setCounted] = useState<number | null>(null);
  const [place, setPlace] = usePlace(wantedPage ?? highlight?.page ?? 1, highlight?.quote);
  const [found, setFound] = useState<Highlighting | null>(null);
  const pages = counted ?? document.page_count ?? 1;
  const turn = (next: number) => {
    const page = Math.min(pages, Math.max(1, next));
    setPlace(page);
    onPageChange?.(page);
  };
  const quote = highlight?.page === place ? highlight.quote : null;
  const reportFound = useCallback((result: Highlighting | null) => setFound(result), []);
  const shown = { documentId: document.id, page: place, quote, onFound: reportFound };
  return (
    <section aria-label={`Source: ${document.title}`} className="flex h-full min-h-0 flex-col">
      <ViewerBar
        document={document}
        page={place}
        pages={pages}
        onTurn={turn}
        form={isPdf ? form : null}
        onForm={setForm}
        zoom={zoom}
        onZoom={setZoom}
        actions={actions}
      />
      {highlight && (
        <PassageNotice
          passage={highlight}
          page={place}
          found={found}
          isPicture={document.ocr_pages.includes(place) || document.textless_pages.includes(place)}
          onTurn={turn}
          onText={isPdf && form === "original" ? () => setForm("text") : null}
        />
      )}
      {form === "original" ? (
        <PdfOriginal {...shown} zoom={zoom} onCount={setCounted} />
      ) : (
        <PageText {...shown} zoom={zoom} />
      )}
    </section>
  );
}

/** The page that is open: where the reader has leafed to, until something else is asked for. */
function usePlace(wanted: number, quote: string | undefined) {
  const asked = `${wanted} ${quote ?? ""}`;
  const [place, setPlace] = useState({ asked, page: wanted });
  if (place.asked !== asked) setPlace({ asked, page: wanted });
  return [place.asked === asked ? place.page : wanted, (page: number) => setPlace({ asked, page })] as const;
}

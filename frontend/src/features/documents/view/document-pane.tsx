"use client";

import { FileClock } from "lucide-react";
import dynamic from "next/dynamic";
import { useMemo } from "react";
import { Empty } from "@/components/ui/empty";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { leafedTo, passageOf, useAddress } from "../address";
import { DocumentState } from "../document-state";
import { isUnderWay } from "../document-status";
import type { DocumentOut } from "../documents-cache";

const SourceViewer = dynamic(
  () => import("@/features/viewer/source-viewer").then(({ SourceViewer }) => SourceViewer),
  {
    ssr: false,
    loading: () => (
      <Loading label="Opening the document">
        <SkeletonRows rows={12} />
      </Loading>
    ),
  },
);

/** The document itself, at the page and with the passage of the address. */
export function DocumentPane({ document }: { document: DocumentOut }) {
  const [{ page, quote, quote_page }, setAddress] = useAddress();
  const highlight = useMemo(() => passageOf({ page, quote, quote_page }), [page, quote, quote_page]);
  if (document.page_count === null) {
    return (
      <Empty icon={FileClock} title={isUnderWay(document) ? "It is being read" : "It could not be read"}>
        {isUnderWay(document) ? (
          "Its pages are shown here when that is done."
        ) : (
          <DocumentState document={document} />
        )}
      </Empty>
    );
  }
  return (
    <SourceViewer
      documentId={document.id}
      page={page}
      highlight={highlight}
      onPageChange={(next: number) => setAddress(leafedTo(next, { page, quote, quote_page }))}
    />
  );
}

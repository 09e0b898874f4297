"use client";

import { ArrowDown, ArrowUp, Quote, X } from "lucide-react";
import dynamic from "next/dynamic";
import { useEffect } from "react";
import { Empty } from "@/components/ui/empty";
import { IconButton } from "@/components/ui/icon-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import type { Passage } from "@/features/viewer/passage";

const load = () => import("@/features/viewer/source-viewer");
const SourceViewer = dynamic(() => load().then(({ SourceViewer }) => SourceViewer), {
  ssr: false,
  loading: () => (
    <Loading label="Opening the document">
      <SkeletonRows rows={8} />
    </Loading>
  ),
});

export interface ViewerPanelProps {
  documentId: string | null;
  page: number;
  passage: Passage | undefined;
  /** The citation's place among those of its answer. */
  place: { index: number; count: number } | null;
  onCitation: (index: number) => void;
  onPage: (page: number) => void;
  onClose: () => void;
}

export function ViewerPanel({
  documentId,
  page,
  passage,
  place,
  onCitation,
  onPage,
  onClose,
}: ViewerPanelProps) {
  useEffect(() => void load(), []); // before it is asked for, not before the page is there
  if (!documentId) {
    return (
      <Empty icon={Quote} title="The source appears here">
        Press a number in an answer to see the passage in the original document, or choose a document on the
        left.
      </Empty>
    );
  }
  return (
    <SourceViewer
      documentId={documentId}
      page={page}
      highlight={passage}
      onPageChange={onPage}
      actions={
        <>
          {place && place.count > 1 && <Neighbours {...place} onCitation={onCitation} />}
          <IconButton size="small" label="Close the source" onClick={onClose}>
            <X aria-hidden />
          </IconButton>
        </>
      }
    />
  );
}

interface NeighboursProps extends Pick<ViewerPanelProps, "onCitation"> {
  index: number;
  count: number;
}

function Neighbours({ index, count, onCitation }: NeighboursProps) {
  return (
    <>
      <IconButton
        size="small"
        label="Citation before"
        disabled={index === 0}
        onClick={() => onCitation(index - 1)}
      >
        <ArrowUp aria-hidden />
      </IconButton>
      <IconButton
        size="small"
        label="Next citation"
        disabled={index >= count - 1}
        onClick={() => onCitation(index + 1)}
      >
        <ArrowDown aria-hidden />
      </IconButton>
    </>
  );
}

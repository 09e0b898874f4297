"use client";

import { ArrowDown, ArrowUp, Quote, X } from "lucide-react";
import { Empty } from "@/components/ui/empty";
import { IconButton } from "@/components/ui/icon-button";
import { type Passage, SourceViewer } from "@/features/viewer/source-viewer";

interface ViewerPanelProps {
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
          {place && place.count > 1 && (
            <>
              <IconButton
                size="small"
                label="Citation before"
                disabled={place.index === 0}
                onClick={() => onCitation(place.index - 1)}
              >
                <ArrowUp aria-hidden />
              </IconButton>
              <IconButton
                size="small"
                label="Next citation"
                disabled={place.index >= place.count - 1}
                onClick={() => onCitation(place.index + 1)}
              >
                <ArrowDown aria-hidden />
              </IconButton>
            </>
          )}
          <IconButton size="small" label="Close the source" onClick={onClose}>
            <X aria-hidden />
          </IconButton>
        </>
      }
    />
  );
}

"use client";

import dynamic from "next/dynamic";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "@/lib/api/client";
import type { Highlighting } from "@/lib/highlight";
import { useFindBar } from "./find/use-find-bar";
import { PageText } from "./page-text";
import { PassageNotice } from "./passage-notice";
import { PdfOriginal } from "./pdf-original";
import type { SourceViewerProps } from "./source-viewer";
import { useOpenPage } from "./use-open-page";
import { ViewerBar } from "./viewer-bar";

const loadFindBar = () => import("./find/find-bar");
const FindBar = dynamic(loadFindBar, { ssr: false });

interface OpenDocumentProps extends Omit<SourceViewerProps, "documentId"> {
  document: Schemas["DocumentOut"];
}

export function OpenDocument({ document, highlight, actions, ...opened }: OpenDocumentProps) {
  const viewer = useRef<HTMLElement>(null);
  const open = useOpenPage({ document, highlight, ...opened });
  const find = useFindBar(viewer);
  const [zoom, setZoom] = useState(1);
  const [found, setFound] = useState<Highlighting | null>(null);
  useEffect(() => void loadFindBar(), []); // or what is typed right behind Ctrl+F would be lost
  const { page, pages, quote, turn, toText } = open;
  const shown = { documentId: document.id, page, quote, zoom, onFound: setFound, finding: find.finding };
  return (
    <section
      ref={viewer}
      aria-label={`Source: ${document.title}`}
      className="flex h-full min-h-0 flex-col"
      onKeyDown={find.heard}
    >
      <ViewerBar
        document={document}
        leafing={{ page, pages, onTurn: turn }}
        forms={open.forms ? { form: open.form, onForm: open.setForm } : null}
        zooming={{ zoom, onZoom: setZoom }}
        onFind={find.open}
        actions={actions}
      />
      {find.asked > 0 && (
        <FindBar
          {...{ page, pages }}
          read={open.read}
          asked={find.asked}
          pictures={open.unsearchable}
          onText={toText}
          onTurn={turn}
          onFinding={find.onFinding}
          onClose={find.close}
        />
      )}
      {highlight && (
        <PassageNotice
          passage={highlight}
          {...{ page, found }}
          isPicture={open.isPicture}
          onTurn={turn}
          onText={toText}
        />
      )}
      {open.form === "original" ? (
        <PdfOriginal {...shown} onOpened={open.onOpened} />
      ) : (
        <PageText {...shown} />
      )}
    </section>
  );
}

import "react-pdf/dist/Page/TextLayer.css";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { useCallback, useMemo, useRef, useState } from "react";
import { Document, Page, pdfjs } from "react-pdf";
import { ErrorBox } from "@/components/ui/error-box";
import { Problem } from "@/lib/api/problem";
import { PageSkeleton, type ShownPage } from "./pdf-original";
import { useMarks } from "./use-marks";
import { useWidth } from "./use-width";

pdfjs.GlobalWorkerOptions.workerSrc = new URL(
  "pdfjs-dist/build/pdf.worker.min.mjs",
  import.meta.url,
).toString();

/** Constant: another object would load the document anew. */
const OPTIONS = {
  cMapUrl: "/pdfjs/cmaps/",
  standardFontDataUrl: "/pdfjs/standard_fonts/",
  wasmUrl: "/pdfjs/wasm/",
  iccUrl: "/pdfjs/iccs/",
  isEvalSupported: false,
};
const WIDEST = 1100;

interface PdfPageProps extends Omit<ShownPage, "documentId"> {
  file: Blob;
  onOpened: (pdf: PDFDocumentProxy) => void;
}

export default function PdfPage({ file, zoom, onOpened, ...marks }: PdfPageProps) {
  const { page } = marks;
  const scroller = useRef<HTMLDivElement>(null);
  const available = useWidth(scroller);
  const width = Math.round(Math.min(WIDEST, available) * zoom);
  const { drawn, draw, lose, loseFile } = useDrawn(file, page, width);
  useMarks(scroller, ".textLayer", drawn, marks);
  return (
    <section
      ref={scroller}
      data-page
      aria-label={`Page ${page}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keyboard too
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto bg-sunken p-3 [scrollbar-gutter:stable] focus-visible:-outline-offset-2"
    >
      {available > 0 && (
        <Document
          file={file}
          options={OPTIONS}
          onLoadSuccess={onOpened}
          onLoadError={loseFile}
          loading={<PageSkeleton />}
          error={<Unreadable />}
          className="mx-auto w-fit"
        >
          <Page
            pageNumber={page}
            width={width}
            renderAnnotationLayer={false}
            onRenderTextLayerSuccess={draw}
            onRenderTextLayerError={lose}
            onGetTextError={lose}
            loading={<PageSkeleton />}
            error={<Unreadable />}
            className="shadow-float"
          />
        </Document>
      )}
    </section>
  );
}

/** A new object each time that the text of what is shown now has been laid over it; "lost" when it cannot be. */
function useDrawn(file: Blob, page: number, width: number) {
  const shown = useMemo(() => ({ file, page, width }), [file, page, width]);
  const [latest, setLatest] = useState<{ shown: unknown } | null>(null);
  const [lost, setLost] = useState<unknown>(null);
  const draw = useCallback(() => setLatest({ shown }), [shown]); // another one would draw the text anew
  const lose = useCallback(() => setLost(shown), [shown]);
  const loseFile = useCallback(() => setLost(file), [file]);
  const isLost = lost === shown || lost === file;
  const drawn = latest?.shown === shown ? latest : null;
  return { drawn: isLost ? ("lost" as const) : drawn, draw, lose, loseFile };
}

function Unreadable() {
  const problem = new Problem(
    -1,
    "pdf-not-shown",
    "The browser cannot draw this PDF",
    "Show its text instead, or download the original.",
  );
  return <ErrorBox error={problem} what="The page could not be shown" />;
}

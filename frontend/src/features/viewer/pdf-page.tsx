import "react-pdf/dist/Page/TextLayer.css";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Document, Page, pdfjs } from "react-pdf";
import { ErrorBox } from "@/components/ui/error-box";
import { Problem } from "@/lib/api/problem";
import { clearHighlight, highlightQuote } from "@/lib/highlight";
import { PageSkeleton, type ShownPage } from "./pdf-original";
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
  onCount: (pages: number) => void;
}

export default function PdfPage({ file, page, quote, zoom, onFound, onCount }: PdfPageProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const available = useWidth(scroller);
  const width = Math.round(Math.min(WIDEST, available) * zoom);
  const shown = useMemo(() => ({ file, page, width }), [file, page, width]);
  const [readable, setReadable] = useState<{ shown: unknown } | null>(null); // new each time that it is drawn
  const drawn = useCallback(() => setReadable({ shown }), [shown]); // another one would draw the text anew
  useEffect(() => {
    const layer = scroller.current?.querySelector(".textLayer");
    onFound(readable?.shown === shown && quote && layer ? highlightQuote(layer, quote) : null);
    return clearHighlight;
  }, [readable, shown, quote, onFound]);
  return (
    <section
      ref={scroller}
      aria-label={`Page ${page}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keyboard too
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto bg-sunken p-3 [scrollbar-gutter:stable] focus-visible:-outline-offset-2"
    >
      {available > 0 && (
        <Document
          file={file}
          options={OPTIONS}
          onLoadSuccess={({ numPages }) => onCount(numPages)}
          loading={<PageSkeleton />}
          error={<Unreadable />}
          className="mx-auto w-fit"
        >
          <Page
            pageNumber={page}
            width={width}
            renderAnnotationLayer={false}
            onRenderTextLayerSuccess={drawn}
            loading={<PageSkeleton />}
            error={<Unreadable />}
            className="shadow-float"
          />
        </Document>
      )}
    </section>
  );
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

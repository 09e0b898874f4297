import { useQueryClient } from "@tanstack/react-query";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { useCallback, useMemo, useState } from "react";
import type { Schemas } from "@/lib/api/client";
import { partsOf } from "./passage";
import { wordsAsRead, wordsOfPdf } from "./reading";
import type { SourceViewerProps } from "./source-viewer";

export type Form = "original" | "text";

interface OpenPageProps extends Pick<SourceViewerProps, "page" | "highlight" | "onPageChange"> {
  document: Schemas["DocumentOut"];
}

/** Which page is open, in which form, and what there is to know of it. */
export function useOpenPage({ document, page: wanted, highlight, onPageChange }: OpenPageProps) {
  const isPdf = document.file_type === "pdf";
  const [form, setForm] = useState<Form>(isPdf ? "original" : "text");
  const { pdf, count, onOpened, onClosed } = useOpened();
  const [page, setPage] = usePlace(wanted ?? highlight?.page ?? 1, highlight?.quote);
  const pages = count ?? document.page_count ?? 1;
  const parts = useMemo(() => (highlight ? partsOf(highlight) : []), [highlight]);
  const isOriginal = form === "original";
  const show = (next: Form) => {
    setForm(next);
    onClosed(); // with its page pdf.js throws the document away
  };
  return {
    form,
    setForm: show,
    forms: isPdf,
    toText: isOriginal ? () => show("text") : null,
    onOpened,
    page,
    pages,
    turn: (next: number) => {
      const to = Math.min(pages, Math.max(1, next));
      if (to === page) return;
      setPage(to);
      onPageChange?.(to);
    },
    /** What of the passage is on it. */
    quote: parts.find((part) => part.page === page)?.quote ?? null,
    read: useWords(document.id, pdf),
    isPicture: picturesOf(document).includes(page),
    /** Pages in which nothing can be found as they are shown. */
    unsearchable: (isOriginal ? picturesOf(document) : document.textless_pages).length,
  };
}

/** The PDF while it is drawn, and how many pages it has, which stays known. */
function useOpened() {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const [count, setCount] = useState<number | null>(null);
  const onOpened = useCallback((opened: PDFDocumentProxy) => {
    setPdf(opened);
    setCount(opened.numPages);
  }, []);
  return { pdf, count, onOpened, onClosed: () => setPdf(null) };
}

/** Pages whose words are not in the file itself. */
function picturesOf({ ocr_pages, textless_pages }: Schemas["DocumentOut"]): number[] {
  return [...ocr_pages, ...textless_pages];
}

/** The page that is open: where the reader has leafed to, until something else is asked for. */
function usePlace(wanted: number, quote: string | undefined) {
  const asked = `${wanted} ${quote ?? ""}`;
  const [place, setPlace] = useState({ asked, page: wanted });
  if (place.asked !== asked) setPlace({ asked, page: wanted });
  return [place.asked === asked ? place.page : wanted, (page: number) => setPlace({ asked, page })] as const;
}

/** What is searched in: the words of the form that is shown. */
function useWords(documentId: string, pdf: PDFDocumentProxy | null) {
  const queries = useQueryClient();
  return useMemo(
    () => (pdf ? wordsOfPdf(pdf) : wordsAsRead(queries, documentId)),
    [pdf, queries, documentId],
  );
}

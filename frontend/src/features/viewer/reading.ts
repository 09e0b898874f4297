import type { QueryClient } from "@tanstack/react-query";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { $api } from "@/lib/api/client";
import { kept, type SearchablePage } from "./find/search";

const KEPT_MS = 5 * 60_000;

/** The words of a PDF's pages as pdf.js lays them over the picture. */
export function wordsOfPdf(pdf: PDFDocumentProxy): SearchablePage {
  return kept(async (number) => {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent({ includeMarkedContent: true });
    return items.flatMap((item) => ("str" in item && item.str ? [item.str] : []));
  });
}

/** The words of a document's pages as they were read. */
export function wordsAsRead(queries: QueryClient, documentId: string): SearchablePage {
  return kept(async (number) => {
    const options = $api.queryOptions("get", "/api/v1/documents/{document_id}/pages/{number}", {
      params: { path: { document_id: documentId, number } },
    });
    const { text } = await queries.fetchQuery({ ...options, staleTime: KEPT_MS });
    return [text];
  });
}

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { PDFDocumentProxy } from "pdfjs-dist";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { useOpenPage } from "./use-open-page";

afterEach(cleanup);

const DOCUMENT = {
  id: "a".repeat(24),
  file_type: "pdf",
  page_count: 3,
  ocr_pages: [],
  textless_pages: [],
} as unknown as Schemas["DocumentOut"];

/** What pdf.js has thrown away can be read no more. */
function openedPdf() {
  const getPage = vi.fn(() => Promise.reject(new Error("Transport destroyed")));
  return { getPage, pdf: { numPages: 4, getPage } as unknown as PDFDocumentProxy };
}

test("a PDF that was closed for its text is searched no more, and known to have as many pages", async () => {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(() => useOpenPage({ document: DOCUMENT, page: 1 }), { wrapper });
  const { pdf, getPage } = openedPdf();
  act(() => result.current.onOpened(pdf));
  expect(result.current.pages).toBe(4);
  act(() => result.current.setForm("text"));
  act(() => result.current.setForm("original"));
  await result.current.read(1).catch(() => {});
  expect(getPage).not.toHaveBeenCalled();
  expect(result.current.pages).toBe(4);
});

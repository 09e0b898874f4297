"use client";

import { useMemo, useRef } from "react";
import { ErrorBox } from "@/components/ui/error-box";
import { $api } from "@/lib/api/client";
import { PageSkeleton, type ShownPage } from "./pdf-original";
import { useMarks } from "./use-marks";

/** The words of a page as they were read: for what is no PDF, and for pictures of pages. */
export function PageText({ documentId, zoom, ...marks }: ShownPage) {
  const { page } = marks;
  const scroller = useRef<HTMLDivElement>(null);
  const read = $api.useQuery("get", "/api/v1/documents/{document_id}/pages/{number}", {
    params: { path: { document_id: documentId, number: page } },
  });
  const text = read.data?.text;
  const drawn = useMemo(() => (text === undefined ? null : { text }), [text]);
  useMarks(scroller, "[data-text]", drawn, marks);
  if (read.isError && !read.data) {
    return (
      <ErrorBox
        className="m-3"
        error={read.error}
        what="The page could not be loaded"
        onRetry={read.refetch}
      />
    );
  }
  if (text === undefined) return <PageSkeleton />;
  return (
    <section
      ref={scroller}
      data-page
      aria-label={`Text of page ${page}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keyboard too
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto bg-sunken p-3 focus-visible:-outline-offset-2"
    >
      <div
        style={{ zoom }}
        className="reading mx-auto max-w-3xl whitespace-pre-wrap border border-line bg-surface p-6"
      >
        <div data-text>{text}</div>
        {!text && "There are no words on this page."}
      </div>
    </section>
  );
}

"use client";

import dynamic from "next/dynamic";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, Skeleton } from "@/components/ui/skeleton";
import { useOriginal } from "./original";
import type { Marks } from "./use-marks";

export interface ShownPage extends Marks {
  documentId: string;
  zoom: number;
}

const PdfPage = dynamic(() => import("./pdf-page"), { ssr: false, loading: () => <PageSkeleton /> });

interface PdfOriginalProps extends ShownPage {
  onOpened: (pdf: PDFDocumentProxy) => void;
}

export function PdfOriginal({ documentId, ...shown }: PdfOriginalProps) {
  const original = useOriginal(documentId);
  if (original.data) return <PdfPage file={original.data} {...shown} />;
  if (!original.isError) return <PageSkeleton />;
  return (
    <ErrorBox
      className="m-3"
      error={original.error}
      what="The file could not be loaded"
      onRetry={original.refetch}
    />
  );
}

export function PageSkeleton() {
  return (
    <div className="min-h-0 flex-1 bg-sunken p-4">
      <Loading label="Loading the page">
        <Skeleton className="mx-auto aspect-[1/1.35] h-auto w-full max-w-2xl rounded" />
      </Loading>
    </div>
  );
}

"use client";

import dynamic from "next/dynamic";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, Skeleton } from "@/components/ui/skeleton";
import type { Highlighting } from "@/lib/highlight";
import { useOriginal } from "./original";

export interface ShownPage {
  documentId: string;
  page: number;
  /** To be marked on this page. */
  quote: string | null;
  /** How that went; null while it is not known. */
  onFound: (found: Highlighting | null) => void;
  zoom: number;
}

const PdfPage = dynamic(() => import("./pdf-page"), { ssr: false, loading: () => <PageSkeleton /> });

export function PdfOriginal({ documentId, ...shown }: ShownPage & { onCount: (pages: number) => void }) {
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

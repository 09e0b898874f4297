"use client";

import { useQueryClient } from "@tanstack/react-query";
import { ArrowUp } from "lucide-react";
import dynamic from "next/dynamic";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Page } from "@/components/shell/page";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { useMay } from "@/lib/api/use-session";
import { plural } from "@/lib/format";
import { filtersOf, useAddress } from "./address";
import { BulkBar } from "./bulk-bar";
import { BulkResult, type Outcome } from "./bulk-result";
import { DropArea } from "./drop-area";
import { FilterBar } from "./filter-bar";
import { NoDocuments, NoMatches } from "./no-documents";
import { Passages } from "./passages";
import { UploadButton } from "./upload-button";
import { useDocuments } from "./use-documents";
import { useLiveDocuments } from "./use-live-documents";
import { useNews } from "./use-news";

const loadTable = () => import("./documents-table").then(({ DocumentsTable }) => DocumentsTable);
const DocumentsTable = dynamic(loadTable, { ssr: false, loading: () => <LoadingRows /> });

/** All documents, or the passages of all that answer a search. `scrolledTo` outlives it. */
export function Library({ scrolledTo }: { scrolledTo: RefObject<number> }) {
  const [address] = useAddress();
  const { query, documents } = useDocuments(address);
  const mayUpload = useMay("member");
  const scroller = useRef<HTMLDivElement>(null);
  const isReading = query.isFetching && !query.isFetchingNextPage;
  const news = useNews({ list: scroller, isReading, read: query.refetch });
  useLiveDocuments(documents, news.tell);
  useEffect(() => void loadTable().catch(() => {}), []); // while the documents are on their way
  const isFiltered = Object.keys(filtersOf(address)).length > 0;
  const isEmpty = query.isSuccess && documents.length === 0;
  const isNew = isEmpty && !isFiltered && !address.inside;
  return (
    <Page
      title="Documents"
      summary={documents.length > 0 && !address.inside && countOf(documents.length, query.hasNextPage)}
      actions={mayUpload && !isNew && <UploadButton />}
      isFilled
    >
      <DropArea isOpen={mayUpload}>
        {!isNew && <FilterBar documents={documents} />}
        {query.isError && !address.inside && (
          <ErrorBox
            className="m-4"
            error={query.error}
            what="The documents could not be loaded"
            onRetry={query.refetch}
          />
        )}
        {address.inside ? (
          <Passages className="min-h-0 flex-1 overflow-y-auto p-4 desk:px-6" />
        ) : (
          <List
            query={query}
            documents={documents}
            scroller={scroller}
            scrolledTo={scrolledTo}
            isFiltered={isFiltered}
            hasNews={news.isWaiting}
          />
        )}
      </DropArea>
    </Page>
  );
}

function LoadingRows() {
  return (
    <Loading label="Loading the documents">
      <SkeletonRows rows={10} />
    </Loading>
  );
}

function countOf(loaded: number, hasMore: boolean): string {
  return hasMore ? `the newest ${loaded} shown; scroll for more` : plural(loaded, "document");
}

type Found = ReturnType<typeof useDocuments>;

interface ListProps extends Found {
  scroller: RefObject<HTMLDivElement | null>;
  scrolledTo: RefObject<number>;
  isFiltered: boolean;
  hasNews: boolean;
}

function List({ query, documents, scroller, scrolledTo, isFiltered, hasNews }: ListProps) {
  const queries = useQueryClient();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = useMemo(() => documents.filter(({ id }) => ticked.has(id)), [documents, ticked]);
  const [startAt] = useState(() => scrolledTo.current);
  useLayoutEffect(
    () => () => {
      scrolledTo.current = scroller.current?.scrollTop ?? 0; // asked for while it scrolls, it costs a layout each time
    },
    [scroller, scrolledTo],
  );
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  if (query.isPending) return <LoadingRows />;
  if (documents.length === 0 && query.isSuccess && !outcome)
    return isFiltered ? <NoMatches /> : <NoDocuments />;
  return (
    <>
      {chosen.length > 0 && (
        <BulkBar chosen={chosen} queries={queries} onClear={() => setTicked(new Set())} onDone={setOutcome} />
      )}
      {outcome && <BulkResult outcome={outcome} onClose={() => setOutcome(null)} />}
      <div ref={scroller} className="relative min-h-0 flex-1 overflow-y-auto">
        {hasNews && (
          <NewsButton onShow={() => query.refetch().then(() => scroller.current?.scrollTo(0, 0))} />
        )}
        <DocumentsTable
          documents={documents}
          scroller={scroller}
          ticked={ticked}
          onTick={setTicked}
          startAt={startAt}
          onNearEnd={query.hasNextPage && !query.isFetching ? query.fetchNextPage : undefined}
        />
        {query.isFetchingNextPage && <SkeletonRows rows={2} />}
      </div>
    </>
  );
}

/** Above the rows, of which it moves none. */
function NewsButton({ onShow }: { onShow: () => unknown }) {
  return (
    <div role="status" className="sticky top-2 z-20 flex h-0 justify-center">
      <Button size="small" className="shadow-float" onClick={onShow}>
        <ArrowUp aria-hidden /> Show what is new
      </Button>
    </div>
  );
}

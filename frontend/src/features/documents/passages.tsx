"use client";

import { FileSearch, TextSearch } from "lucide-react";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api } from "@/lib/api/client";
import { plural } from "@/lib/format";
import { filtersOf, useAddress } from "./address";
import { PassageItem } from "./passage-item";

const MOST = 50;

/** Passages that answer `q` of the address: of one document, or of all that have the labels of the address. */
export function Passages({ documentId, className }: { documentId?: string; className?: string }) {
  const [address] = useAddress();
  const query = address.q.trim();
  const { q: _, status: __, ...labels } = filtersOf(address);
  const body = documentId
    ? { query, document_ids: [documentId], limit: MOST }
    : { query, filters: labels, limit: MOST };
  const search = $api.useQuery(
    "post",
    "/api/v1/documents/search",
    { body },
    { enabled: query !== "", placeholderData: (before) => before },
  );
  if (!query) return <Ask isOne={documentId !== undefined} />;
  if (search.isPending) {
    return (
      <Loading label="Searching">
        <SkeletonRows rows={8} />
      </Loading>
    );
  }
  return (
    <div className={className}>
      {search.isError && (
        <ErrorBox error={search.error} what="The search did not work" onRetry={search.refetch} />
      )}
      {search.data?.items.length === 0 && (
        <Empty icon={FileSearch} title="Nothing was found">
          No passage has these words, or words that are used for the same. Try fewer words.
        </Empty>
      )}
      {search.data && search.data.items.length > 0 && (
        <>
          <p role="status" className="mb-3 text-muted">
            {search.data.items.length === MOST
              ? `The best ${MOST} passages`
              : plural(search.data.items.length, "passage")}
          </p>
          <ol className="max-w-4xl space-y-3">
            {search.data.items.map((passage) => (
              <PassageItem key={passage.chunk_id} passage={passage} isNamed={!documentId} />
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

function Ask({ isOne }: { isOne: boolean }) {
  return (
    <Empty
      icon={TextSearch}
      title={isOne ? "Search in this document" : "Search in the texts of all documents"}
    >
      Type a question or some words. You get the passages that answer best, each with its page.
    </Empty>
  );
}

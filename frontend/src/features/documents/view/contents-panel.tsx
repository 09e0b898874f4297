"use client";

import { ListTree } from "lucide-react";
import { useMemo } from "react";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { MoreButton } from "@/components/ui/more-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api } from "@/lib/api/client";
import { passageAt, useAddress } from "../address";
import { AddressLink } from "../address-link";
import type { DocumentOut } from "../documents-cache";
import { outlineOf, type Section } from "./outline";
import { useShowTab } from "./use-is-wide";

const PAGE = 200;
const MOST_INDENTED = 4;

/** The headings under which its passages stand. */
export function ContentsPanel({ document }: { document: DocumentOut }) {
  const query = $api.useInfiniteQuery(
    "get",
    "/api/v1/documents/{document_id}/chunks",
    { params: { path: { document_id: document.id }, query: { limit: PAGE } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      enabled: document.page_count !== null,
    },
  );
  const sections = useMemo(
    () => outlineOf(query.data?.pages.flatMap(({ items }) => items) ?? []),
    [query.data],
  );
  if (document.page_count === null) {
    return (
      <Empty icon={ListTree} title="Not read yet">
        Its headings are listed here when it has been read.
      </Empty>
    );
  }
  if (query.isPending) {
    return (
      <Loading label="Loading the contents">
        <SkeletonRows rows={8} />
      </Loading>
    );
  }
  return (
    <div className="p-4">
      {query.isError && (
        <ErrorBox error={query.error} what="The contents could not be loaded" onRetry={query.refetch} />
      )}
      {query.isSuccess && sections.length === 0 && !query.hasNextPage && (
        <Empty icon={ListTree} title="No headings were found">
          The text has none that stand out. Search finds its passages all the same.
        </Empty>
      )}
      <ol className="space-y-0.5">
        {sections.map((section) => (
          <SectionLink key={section.key} section={section} />
        ))}
      </ol>
      <MoreButton list={query} className="mt-3">
        Show more of the document
      </MoreButton>
    </div>
  );
}

function SectionLink({ section: { title, depth, page } }: { section: Section }) {
  const [address] = useAddress();
  const tab = useShowTab("contents");
  const isHere = address.page === page;
  return (
    <li>
      <AddressLink
        to={{ ...passageAt(page, title), tab }}
        aria-current={isHere ? "location" : undefined}
        className="flex items-baseline gap-3 rounded-md px-2 py-1.5 hover:bg-hover aria-[current]:bg-selected"
      >
        <span
          className="min-w-0 flex-1 wrap-anywhere"
          style={{ paddingInlineStart: `${Math.min(depth, MOST_INDENTED)}rem` }}
        >
          {title}
        </span>
        <span className="text-muted text-xs tabular-nums">
          <span className="sr-only">page </span>
          {page}
        </span>
      </AddressLink>
    </li>
  );
}

"use client";

import { useMemo } from "react";
import { $api } from "@/lib/api/client";
import { type Address, filtersOf } from "./address";

const PAGE = 100;

/** The documents that the address asks for, page by page as the reader comes near the end. */
export function useDocuments(address: Address) {
  const query = $api.useInfiniteQuery(
    "get",
    "/api/v1/documents",
    { params: { query: { ...filtersOf(address), limit: PAGE } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const documents = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return { query, documents };
}

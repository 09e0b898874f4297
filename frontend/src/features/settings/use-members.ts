"use client";

import { $api } from "@/lib/api/client";

export const MEMBERS_KEY = ["get", "/api/v1/tenants/current/members"] as const;

export function useMembers() {
  const list = $api.useInfiniteQuery(
    "get",
    "/api/v1/tenants/current/members",
    { params: { query: { limit: 100 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  return { list, members: list.data?.pages.flatMap(({ items }) => items) ?? [] };
}

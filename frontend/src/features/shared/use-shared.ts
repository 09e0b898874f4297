import { $publicApi } from "@/lib/api/client";

/** Read once: each reading is on the record of whoever shares it. */
export function useShared(token: string) {
  return $publicApi.useInfiniteQuery(
    "get",
    "/api/v1/chat/shared/{token}",
    { params: { path: { token }, query: { limit: 50 } } },
    {
      pageParamName: "start",
      initialPageParam: 0,
      getNextPageParam: (page) => page.next ?? undefined,
      select: ({ pages, pageParams }) => ({ pages, pageParams }),
      staleTime: Number.POSITIVE_INFINITY,
    },
  );
}

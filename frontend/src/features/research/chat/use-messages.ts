import { useMemo } from "react";
import { $api } from "@/lib/api/client";
import type { Conversation, Message } from "../answers/wire";

/** The conversation's messages, oldest first: the newest at once, earlier ones when they are asked for. */
export function useMessages(conversation: Conversation | undefined, isWithEarlier: boolean) {
  const newest = conversation?.messages ?? NONE;
  const first = newest[0]?.id;
  const earlier = $api.useInfiniteQuery(
    "get",
    "/api/v1/chat/conversations/{conversation_id}/messages",
    { params: { path: { conversation_id: conversation?.id ?? "" }, query: { limit: 50 } } },
    {
      pageParamName: "before",
      initialPageParam: first,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      enabled: isWithEarlier && first !== undefined,
      select: ({ pages, pageParams }) => ({ pages, pageParams }),
    },
  );
  const pages = earlier.data?.pages;
  const messages = useMemo(() => {
    const known = new Set(newest.map(({ id }) => id));
    const before = (pages ?? []).flatMap(({ items }) => items).filter(({ id }) => !known.has(id));
    return [...before.toReversed(), ...newest];
  }, [pages, newest]);
  const hasEarlier = (conversation?.message_count ?? 0) > messages.length;
  return { messages, hasEarlier, earlier };
}

const NONE: Message[] = [];

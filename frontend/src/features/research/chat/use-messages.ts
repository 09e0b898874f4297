import { useMemo, useState } from "react";
import { $api } from "@/lib/api/client";
import type { Conversation, Message } from "../answers/wire";

/** The conversation's messages, oldest first: the newest at once, earlier ones when they are asked for. */
export function useMessages(conversation: Conversation | undefined, isWithEarlier: boolean) {
  const newest = useSeen(conversation?.messages ?? NONE);
  const first = newest[0]?.id;
  const earlier = $api.useInfiniteQuery(
    "get",
    "/api/v1/chat/conversations/{conversation_id}/messages",
    {
      params: {
        path: { conversation_id: conversation?.id ?? "" },
        query: { limit: 50, before: first ?? null },
      },
    },
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

/** The newest, and those that were among them since they were first shown: what is new pushes others out. */
function useSeen(newest: Message[]): Message[] {
  const [seen, setSeen] = useState({ newest, all: newest });
  if (seen.newest === newest) return seen.all;
  const all = continued(seen.all, newest);
  setSeen({ newest, all });
  return all;
}

function continued(seen: Message[], newest: Message[]): Message[] {
  const place = seen.findIndex(({ id }) => id === newest[0]?.id);
  return place < 0 ? newest : [...seen.slice(0, place), ...newest];
}

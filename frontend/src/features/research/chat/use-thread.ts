"use client";

import { useMemo, useState } from "react";
import { $api } from "@/lib/api/client";
import { type Live, withLive } from "../answers/live";
import { threadOf } from "../answers/thread";
import { useMessages } from "./use-messages";

/** The branch of the conversation that is shown, with what is being written; of questions and answers that there are
 * several versions of, the newest or the `chosen`. */
export function useThread(conversationId: string | null, live: Live | null) {
  const [isWithEarlier, setWithEarlier] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const conversation = $api.useQuery(
    "get",
    "/api/v1/chat/conversations/{conversation_id}",
    { params: { path: { conversation_id: conversationId ?? "" } } },
    { enabled: conversationId !== null },
  );
  const opened = conversationId === null ? undefined : conversation.data;
  const { messages, hasEarlier, earlier } = useMessages(opened, isWithEarlier);
  const turns = useMemo(() => threadOf(withLive(messages, live), chosen), [messages, live, chosen]);
  const showEarlier = () => (isWithEarlier ? void earlier.fetchNextPage() : setWithEarlier(true));
  return {
    conversation,
    opened,
    turns,
    /** null when all are shown. */
    earlier: hasEarlier ? { isPending: earlier.isFetching, onShow: showEarlier } : null,
    chosen,
    setChosen,
    showNewest: () => setChosen(new Set()),
  };
}

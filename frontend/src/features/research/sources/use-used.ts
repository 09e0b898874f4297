import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "@/components/ui/toast";
import { $api, api, unwrap } from "@/lib/api/client";
import { conversationOptions } from "../answers/use-answer";
import { idsOf, sameUsed, type Used, usedOf } from "./selection";

/** The ticked documents: the conversation's own, and what was ticked since, which is kept with the next question. */
export function useUsed(conversationId: string | null) {
  const queries = useQueryClient();
  const key = conversationId ?? "new";
  const [ticked, setTicked] = useState<Record<string, Used>>({});
  const conversation = $api.useQuery(
    "get",
    "/api/v1/chat/conversations/{conversation_id}",
    { params: { path: { conversation_id: conversationId ?? "" } } },
    { enabled: conversationId !== null },
  );
  const kept = usedOf((conversationId && conversation.data?.document_ids) || []);
  const used = ticked[key] ?? kept;
  const keep = useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.PATCH("/api/v1/chat/conversations/{conversation_id}", {
          params: { path: { conversation_id: id } },
          body: { document_ids: [...idsOf(used)] },
        }),
      ),
    onSuccess: (changed, id) => queries.setQueryData(conversationOptions(id).queryKey, changed),
  });
  /** What to send with a question: a conversation that there is has its set; null when it could not be kept. */
  const commit = async (): Promise<readonly string[] | null> => {
    if (conversationId === null) return idsOf(used);
    if (sameUsed(used, kept)) return [];
    try {
      await keep.mutateAsync(conversationId);
      setTicked(({ [key]: now, ...others }) => (now === used ? others : { ...others, [key]: now ?? used }));
      return [];
    } catch (error) {
      void toast.failed("The question was not sent: the choice of documents could not be kept", error);
      return null;
    }
  };
  return {
    used,
    use: (next: Used) => setTicked((before) => ({ ...before, [key]: next })),
    /** Where only some are ticked, this one too. */
    add: (id: string) =>
      setTicked((before) => {
        const now = before[key] ?? kept;
        return now === "all" || now.includes(id) ? before : { ...before, [key]: [...now, id] };
      }),
    commit,
  };
}

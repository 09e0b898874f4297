import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { $api, api, unwrap } from "@/lib/api/client";

const SHARE = "/api/v1/chat/conversations/{conversation_id}/share";

/** The link to a conversation: what is known of it, and, for as long as this is shown, the one that was made here. */
export function useShare(conversationId: string) {
  const queries = useQueryClient();
  const params = { path: { conversation_id: conversationId } };
  const options = $api.queryOptions("get", SHARE, { params });
  const link = useQuery({ ...options, staleTime: 0 });
  const know = (known: typeof link.data) => queries.setQueryData(options.queryKey, known);
  const make = useMutation({
    mutationFn: (days: number) => unwrap(api.POST(SHARE, { params, body: { expires_in_days: days } })),
    onMutate: () => stop.reset(),
    onSuccess: ({ message_count, created_at, expires_at }) => know({ message_count, created_at, expires_at }),
  });
  const stop = useMutation({
    mutationFn: () => unwrap(api.DELETE(SHARE, { params })),
    onSuccess: () => {
      make.reset();
      know(null);
    },
  });
  return { link, make, stop };
}

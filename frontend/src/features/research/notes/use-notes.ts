"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { $api, api, type Schemas, unwrap } from "@/lib/api/client";
import { type NotePages, notesOf, withChanged, withNote, withoutNote } from "./pages";

const NOTES = "/api/v1/chat/conversations/{conversation_id}/notes";
const PAGE = 50;

function keyOf(conversationId: string) {
  return ["get", NOTES, { params: { path: { conversation_id: conversationId } } }];
}

/** What was kept from a conversation, newest first. */
export function useNotes(conversationId: string | null, isWanted = true) {
  const query = $api.useInfiniteQuery(
    "get",
    NOTES,
    { params: { path: { conversation_id: conversationId ?? "" }, query: { limit: PAGE } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      enabled: conversationId !== null && isWanted,
    },
  );
  return { ...query, notes: notesOf(query.data as NotePages | undefined) };
}

export function useKeepNote(conversationId: string) {
  const change = useChange(conversationId);
  return useMutation({
    mutationFn: (body: Schemas["NoteIn"]) =>
      unwrap(api.POST(NOTES, { params: { path: { conversation_id: conversationId } }, body })),
    onSuccess: (note) => change((data) => withNote(data, note)),
  });
}

export function useChangeNote(conversationId: string, id: string) {
  const change = useChange(conversationId);
  return useMutation({
    mutationFn: (content: string) =>
      unwrap(
        api.PATCH(`${NOTES}/{note_id}`, { params: { path: paths(conversationId, id) }, body: { content } }),
      ),
    onSuccess: (note) => change((data) => withChanged(data, note)),
  });
}

export function useRemoveNote(conversationId: string) {
  const change = useChange(conversationId);
  return async (id: string) => {
    await unwrap(api.DELETE(`${NOTES}/{note_id}`, { params: { path: paths(conversationId, id) } }));
    change((data) => withoutNote(data, id));
  };
}

function paths(conversation_id: string, note_id: string) {
  return { conversation_id, note_id };
}

/** Shows at once what the server has done, and asks it again: a list that is on its way may be from before. */
function useChange(conversationId: string) {
  const queries = useQueryClient();
  const queryKey = keyOf(conversationId);
  return (change: (data: NotePages) => NotePages) => {
    queries.setQueriesData<NotePages>({ queryKey }, (data) => data && change(data));
    void queries.invalidateQueries({ queryKey });
  };
}

"use client";

import { useCallback, useState } from "react";
import type { Passage } from "@/features/viewer/passage";
import { $api } from "@/lib/api/client";
import { id, integer, oneOf, text, useUrlState } from "@/lib/url-state";
import { noteIdOf } from "./notes/as-answer";
import { useNotes } from "./notes/use-notes";
import type { OpenedCitation } from "./open-source";

const PARAMS = {
  id: id(),
  doc: id(),
  page: integer(1, { min: 1 }),
  cite: text(),
  /** What stands beside the chat. */
  beside: oneOf(["source", "notes", "results"], "source"),
};

/** What is open: the conversation, the document beside it, and the citation that led there. All of it is in the address. */
export function useOpened() {
  const [{ id: conversationId, doc, page, cite, beside }, setAddress] = useUrlState(PARAMS);
  const [unkept, setUnkept] = useState<{ documentId: string; passage: Passage } | null>(null);
  const [calls, setCalls] = useState(beside === "source" ? 0 : 1);
  const found = useCited(conversationId, cite);
  const citation = found?.citation;
  const isUnkept = !cite && unkept !== null && unkept.documentId === doc;
  const passage = citation
    ? { quote: citation.quote, page: citation.page_start }
    : isUnkept
      ? unkept.passage
      : undefined;
  return {
    conversationId,
    documentId: doc,
    page,
    passage,
    /** The note whose citation it is. */
    noteId: noteIdOf(cite.split(".")[0] ?? ""),
    place: found && { index: found.index, count: found.count },
    openConversation: (next: string | null) =>
      setAddress({ id: next, cite: "", ...(next === null && { doc: null, page: 1 }) }, { history: "push" }),
    /** The conversation that was begun by a question, which is no step of the reader's. */
    keepConversation: useCallback((begun: string) => setAddress({ id: begun }), [setAddress]),
    openDocument: (documentId: string) => {
      setUnkept(null);
      setAddress({ doc: documentId, page: 1, cite: "", beside: "source" }, { history: "push" });
    },
    openCitation: ({ citation, at }: OpenedCitation) => {
      const place = { doc: citation.document_id, page: citation.page_start, beside: "source" } as const;
      setUnkept(
        at ? null : { documentId: place.doc, passage: { quote: citation.quote, page: citation.page_start } },
      );
      setAddress({ ...place, cite: at ? `${at.answerId}.${at.index}` : "" }, { history: "push" });
    },
    openNth: (index: number) => {
      const next = found?.citations[index];
      if (!found || !next) return;
      setAddress({ doc: next.document_id, page: next.page_start, cite: `${found.answerId}.${index}` });
    },
    beside,
    /** How often it was asked for from elsewhere on the page. */
    calls,
    openNotes: useCallback(() => {
      setAddress({ beside: "notes" });
      setCalls((before) => before + 1);
    }, [setAddress]),
    show: (next: typeof beside) => setAddress({ beside: next }),
    turnTo: (next: number) => setAddress({ page: next }),
    closeDocument: () => setAddress({ doc: null, page: 1, cite: "" }, { history: "push" }),
  };
}

function useCited(conversationId: string | null, cite: string) {
  const conversation = $api.useQuery(
    "get",
    "/api/v1/chat/conversations/{conversation_id}",
    { params: { path: { conversation_id: conversationId ?? "" } } },
    { enabled: conversationId !== null && cite !== "" },
  );
  const [answerId, place] = cite.split(".");
  const noteId = noteIdOf(answerId ?? "");
  const { notes } = useNotes(conversationId, noteId !== null);
  const holder = noteId
    ? notes.find(({ id }) => id === noteId)
    : conversation.data?.messages.find(({ id }) => id === answerId);
  const citations = holder?.citations ?? [];
  const citation = citations[Number(place)];
  return answerId && citation
    ? { answerId, citations, citation, index: Number(place), count: citations.length }
    : null;
}

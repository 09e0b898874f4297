"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { toast } from "@/components/ui/toast";
import { $api, api, unwrap } from "@/lib/api/client";
import { followEvents, type StreamState } from "@/lib/api/events";
import { isAbort } from "@/lib/api/problem";
import { begin, failed, heard, isLast, type Live, type Wanted } from "./live";
import type { AnswerEvent } from "./wire";

export function conversationOptions(id: string) {
  return $api.queryOptions("get", "/api/v1/chat/conversations/{conversation_id}", {
    params: { path: { conversation_id: id } },
  });
}

export const CONVERSATIONS = ["get", "/api/v1/chat/conversations"];

export interface Answering {
  /** The answer that is being written in this conversation. */
  live: Live | null;
  /** Of the connection on which it comes. */
  connection: StreamState;
  start: (wanted: Wanted) => void;
  stop: () => Promise<void>;
  /** Take a failure off the page. */
  dismiss: () => void;
}

/** Ask, and follow the answer over breaks. Leaving the conversation does not end the answer: it is found again. */
export function useAnswer(
  conversationId: string | null,
  onBegun: (conversationId: string) => void,
): Answering {
  const queries = useQueryClient();
  const [live, setLive] = useState<Live | null>(null);
  const [connection, setConnection] = useState<StreamState>({ kind: "closed" });
  const current = useRef<{ live: Live; controller: AbortController } | null>(null);

  const leave = useCallback(() => {
    current.current?.controller.abort();
    current.current = null;
    setLive(null);
  }, []);

  useEffect(() => leave, [leave]);
  useEffect(() => {
    if (current.current && current.current.live.conversationId !== conversationId) leave();
  }, [conversationId, leave]);

  const start = useCallback(
    (wanted: Wanted) => {
      leave();
      const controller = new AbortController();
      const run = { live: begin(wanted, conversationId), controller };
      current.current = run;
      setLive(run.live);
      const change = (next: Live) => {
        run.live = next;
        if (current.current === run) setLive(next);
      };
      const onEvent = inFrames(controller.signal, (events) => {
        const before = run.live.conversationId;
        change(events.reduce(heard, run.live));
        if (run.live.conversationId && run.live.conversationId !== before) onBegun(run.live.conversationId);
      });
      followEvents<AnswerEvent>({
        ...opening(wanted, conversationId),
        signal: controller.signal,
        onState: setConnection,
        onEvent,
        isLast,
        resume: () => streamOf(run.live.answerId),
      })
        .catch((error) => !isAbort(error) && change(failed(run.live, error)))
        .then(async () => {
          const { conversationId: id, answerId } = run.live;
          void queries.invalidateQueries({ queryKey: CONVERSATIONS });
          if (!id || !answerId || controller.signal.aborted) return;
          await queries.fetchQuery({ ...conversationOptions(id), staleTime: 0 });
          if (current.current === run && !run.live.problem) leave(); // a failure stays, with when to try again
        })
        .catch(() => undefined); // the conversation's own error box tells that it could not be read again
    },
    [conversationId, leave, onBegun, queries],
  );

  const answerId = live?.answerId ?? null;
  const stop = useCallback(async () => {
    if (!answerId) return leave(); // nothing has begun yet
    await unwrap(
      api.POST("/api/v1/chat/messages/{message_id}/stop", { params: { path: { message_id: answerId } } }),
    ).catch((error) => toast.failed("The answer could not be stopped", error));
  }, [answerId, leave]);

  return { live, connection, start, stop, dismiss: leave };
}

function streamOf(answerId: string | null) {
  return answerId ? { path: `/api/v1/chat/messages/${answerId}/stream` } : null;
}

/** The key makes a repeated request the same question. */
function opening(wanted: Wanted, conversationId: string | null) {
  if (wanted.kind === "resume") return { path: `/api/v1/chat/messages/${wanted.answerId}/stream` };
  const headers = { "Idempotency-Key": randomKey() };
  if (wanted.kind === "again") {
    const body = wanted.question === null ? {} : { content: wanted.question };
    return {
      path: `/api/v1/chat/messages/${wanted.answerId}/regenerate`,
      method: "POST" as const,
      headers,
      body,
    };
  }
  const body = {
    content: wanted.question,
    document_ids: wanted.documentIds,
    ...(conversationId && { conversation_id: conversationId, parent_id: wanted.parentId }),
  };
  return { path: "/api/v1/chat", method: "POST" as const, headers, body };
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** Text comes in many small pieces: those of one frame are drawn together; everything else at once. */
function inFrames(signal: AbortSignal, take: (events: AnswerEvent[]) => void): (event: AnswerEvent) => void {
  let waiting: AnswerEvent[] = [];
  const flush = () => {
    const events = waiting;
    waiting = [];
    if (events.length > 0 && !signal.aborted) take(events);
  };
  return (event) => {
    waiting.push(event);
    if (event.event !== "delta") flush();
    else if (waiting.length === 1) requestAnimationFrame(flush);
  };
}

import { asProblem, type Problem, problemFromParts } from "@/lib/api/problem";
import type { AnswerEvent, Citation, Message, Source, Verification } from "./wire";

/** What somebody wants answered. */
export type Wanted =
  | { kind: "ask"; question: string; documentIds: readonly string[]; parentId: string | null }
  /** The same question again, or with `question` in other words. */
  | { kind: "again"; answerId: string; parentId: string | null; question: string | null }
  /** An answer that was being written when the page was opened. */
  | { kind: "resume"; answerId: string };

export type Phase = "sending" | "searching" | "reading" | "writing" | "checking" | "over";

/** An answer while it is being written. */
export interface Live {
  wanted: Wanted;
  phase: Phase;
  conversationId: string | null;
  questionId: string | null;
  answerId: string | null;
  model: string | null;
  sources: readonly Source[];
  text: string;
  verification: Verification | null;
  /** The message as it is kept, once it is. */
  final: Message | null;
  problem: Problem | null;
}

export function begin(wanted: Wanted, conversationId: string | null): Live {
  return {
    wanted,
    phase: wanted.kind === "resume" ? "searching" : "sending",
    conversationId,
    questionId: null,
    answerId: wanted.kind === "resume" ? wanted.answerId : null,
    model: null,
    sources: [],
    text: "",
    verification: null,
    final: null,
    problem: null,
  };
}

export function heard(live: Live, event: AnswerEvent): Live {
  switch (event.event) {
    case "meta": {
      const { conversation_id, user_message_id, message_id, model } = event.data;
      const ids = { conversationId: conversation_id, questionId: user_message_id, answerId: message_id };
      return { ...live, ...ids, model, phase: "searching" };
    }
    case "sources":
      return { ...live, sources: event.data, phase: "reading" };
    case "delta":
      return { ...live, text: live.text + event.data.text, phase: "writing" };
    case "verification":
      return { ...live, verification: event.data, phase: "checking" };
    case "usage":
      return { ...live, phase: "checking" };
    case "done":
      return { ...live, final: event.data.message, phase: "over" };
    case "error":
      return failed(live, problemOf(event.data.problem));
  }
}

export function failed(live: Live, error: unknown): Live {
  return { ...live, problem: asProblem(error), phase: "over" };
}

function problemOf(body: { status: number } & Record<string, unknown>): Problem {
  const wait = body.retry_after_seconds;
  return problemFromParts(body.status, JSON.stringify(body), (name) =>
    name === "Retry-After" && typeof wait === "number" ? String(wait) : null,
  );
}

export function isLast({ event }: AnswerEvent): boolean {
  return event === "done" || event === "error";
}

/** The conversation's messages with what is being written, which the server knows only as a draft, or not yet. */
export function withLive(messages: readonly Message[], live: Live | null): readonly Message[] {
  if (!live) return messages;
  const shown = live.final ?? draftOf(live);
  const place = messages.findIndex(({ id }) => id === live.answerId);
  if (place >= 0) {
    const isFinished = messages[place]?.status !== "streaming";
    return isFinished ? messages : messages.with(place, { ...messages[place], ...shown } as Message);
  }
  const question = questionOf(live);
  const isKnown = question && messages.some(({ id }) => id === question.id);
  return [...messages, ...(question && !isKnown ? [question] : []), shown];
}

function questionOf({ wanted, questionId }: Live): Message | null {
  if (wanted.kind === "resume" || wanted.question === null) return null;
  const content = wanted.question;
  const parent_id = wanted.kind === "again" ? (wanted.parentId ?? "start") : wanted.parentId;
  return { id: questionId ?? "being-sent", role: "user", content, parent_id, created_at: "" };
}

function draftOf({ wanted, answerId, text, model, problem }: Live): Message {
  const isSameQuestion = wanted.kind === "again" && wanted.question === null;
  return {
    id: answerId ?? "being-written",
    role: "assistant",
    content: text,
    status: problem ? "failed" : "streaming",
    model,
    created_at: "",
    ...(isSameQuestion && { parent_id: wanted.parentId }),
  };
}

/** While the answer is written, each number stands on the whole passage that was given. */
export function citationsOf(sources: readonly Source[]): Citation[] {
  return sources.map(({ text, ...place }) => ({ ...place, chunk_id: "", quote: text }));
}

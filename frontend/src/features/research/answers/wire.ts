import type { Schemas } from "@/lib/api/client";

export type Message = Schemas["Message"];
export type Conversation = Schemas["ConversationDetail"];
export type Citation = Schemas["Citation"];
export type Usage = NonNullable<Message["usage"]>;
export type Verification = NonNullable<Message["verification"]>;

/** A passage that the answer is written from; its `[n]` names it. */
export type Source = Omit<Citation, "chunk_id" | "quote"> & { text: string };

interface Begun {
  conversation_id: string;
  user_message_id: string;
  message_id: string;
  model: string;
  trace_id: string | null;
}

/** One event of the stream of an answer. */
export type AnswerEvent = { id: string } & (
  | { event: "meta"; data: Begun }
  | { event: "sources"; data: Source[] }
  | { event: "delta"; data: { text: string } }
  | { event: "verification"; data: Verification }
  | { event: "usage"; data: Usage }
  | { event: "done"; data: { message: Message } }
  | { event: "error"; data: { problem: Schemas["Problem"] } }
);

interface Difference {
  kind: string;
  quote: string;
  source: string;
}

/** What was found of a quotation in the answer. */
export interface CheckedQuote {
  quote: string;
  verdict: Schemas["Verdict"];
  verified: boolean;
  document_id: string | null;
  page_start: number | null;
  differences: Difference[];
}

/** The contract leaves these rows open; they are rows of `/documents/verify-quotes` with the quotation's words. */
export function checkedQuotes(verification: Verification): CheckedQuote[] {
  return (verification.quotes ?? []) as unknown as CheckedQuote[];
}

export interface LegalCitation {
  text: string;
  kind: string;
  status: "in_library" | "not_in_library" | "unchecked";
}

export function legalCitations(verification: Verification): LegalCitation[] {
  return (verification.legal_citations ?? []) as unknown as LegalCitation[];
}

import type { CheckedQuote, Citation, Message, Verification } from "@/features/research/answers/wire";
import type { Schemas } from "@/lib/api/client";

type Shared = Schemas["SharedMessage"];
type SharedCitation = Schemas["SharedCitation"];

/** As the chat shows it. Documents are told by their titles alone, so each citation counts as one of its own. */
export function asMessage(shared: Shared): Message {
  return {
    id: shared.id,
    parent_id: shared.parent_id,
    role: shared.role as Message["role"],
    content: shared.content,
    status: shared.status as NonNullable<Message["status"]>,
    created_at: shared.created_at,
    citations: shared.citations.map(asCitation),
    stale: Object.fromEntries(shared.citations.flatMap((cited, index) => staleRow(cited, index, shared))),
    verification: verificationOf(shared),
    error: shared.status === "failed" ? FAILED : null,
  };
}

const FAILED = { code: "failed", detail: "Whoever asked was given none either.", retryable: false };

const documentAt = (index: number) => `document-${index}`;

function asCitation({ stale: _, ...cited }: SharedCitation, index: number): Citation {
  const place = { start_char: index, end_char: index };
  return { ...cited, ...place, document_id: documentAt(index), chunk_id: documentAt(index) };
}

type StaleRow = [document: string, Schemas["Stale"]];

function staleRow({ n, stale }: SharedCitation, index: number, { created_at }: Shared): StaleRow[] {
  return stale ? [[documentAt(index), { reason: stale, citations: [n], since: created_at }]] : [];
}

function verificationOf({ quotes, failing, ...shared }: Shared): Verification | null {
  if (!failing) return null;
  const checked = (quotes ?? []).map(
    (quote): CheckedQuote => ({ ...quote, document_id: null, page_start: null, differences: [] }),
  );
  return {
    quotes: checked as unknown as NonNullable<Verification["quotes"]>,
    citations_valid: shared.citations_valid ?? true,
    failing,
    unsupported_sentences: shared.unsupported_sentences ?? [],
  };
}

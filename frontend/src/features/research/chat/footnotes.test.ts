import { describe, expect, it } from "vitest";
import type { Citation, Message } from "../answers/wire";
import { asTextWithFootnotes } from "./footnotes";

function citation(n: number, quote: string, page_end = 3): Citation {
  const place = { page_start: 3, page_end, start_char: 0, end_char: 1 };
  return { n, quote, document_id: "d", document_title: "Lease", chunk_id: "c", ...place };
}

const ANSWER: Message = { id: "a", role: "assistant", content: "It ends [2].\n", created_at: "" };

describe("asTextWithFootnotes", () => {
  it("says what the numbers stand for, in their order and on one line each", () => {
    const citations = [citation(2, "It  ends\nthen.", 4), citation(1, "Notice.")];
    expect(asTextWithFootnotes({ ...ANSWER, citations })).toBe(
      "It ends [2].\n\n[1] Lease, page 3: “Notice.”\n[2] Lease, pages 3 and 4: “It ends then.”",
    );
  });

  it("is the text alone without citations", () => expect(asTextWithFootnotes(ANSWER)).toBe("It ends [2]."));
});

import { describe, expect, it } from "vitest";
import { checkedQuotes } from "@/features/research/answers/wire";
import { standingOf } from "@/features/research/chat/standing";
import type { Schemas } from "@/lib/api/client";
import { asMessage } from "./as-message";

type Shared = Schemas["SharedMessage"];

function cited(n: number, changes: Partial<Schemas["SharedCitation"]> = {}): Schemas["SharedCitation"] {
  return { n, document_title: "Lease", page_start: 1, page_end: 1, quote: "Rent", stale: null, ...changes };
}

function shared(changes: Partial<Shared> = {}): Shared {
  const examined = { citations_valid: true, quotes: [], failing: [], unsupported_sentences: [] };
  const said = {
    role: "assistant",
    content: "Rent [1].",
    status: "complete",
    created_at: "2026-11-22T08:00:00Z",
  };
  return { id: "a", parent_id: null, citations: [cited(1), cited(2)], ...said, ...examined, ...changes };
}

/** What is said of each of its citations. */
function standings(given: Shared): string[] {
  const message = asMessage(given);
  return (message.citations ?? []).map((citation) => standingOf(message, citation).look.label);
}

describe("asMessage", () => {
  it("keeps the verdict of each quotation", () => {
    const quotes: Shared["quotes"] = [{ quote: "Rent", verdict: "altered", verified: false }];
    const { verification } = asMessage(shared({ quotes }));
    expect(verification && checkedQuotes(verification)).toEqual([
      {
        quote: "Rent",
        verdict: "altered",
        verified: false,
        document_id: null,
        page_start: null,
        differences: [],
      },
    ]);
  });

  it("says of an answer that nobody examined that it was not examined", () => {
    const given = shared({ quotes: null, failing: null, unsupported_sentences: null, citations_valid: null });
    expect(asMessage(given).verification).toBeNull();
    expect(standings(given)).toEqual(["Not examined", "Not examined"]);
  });

  it("doubts the citation whose statement failed, and no other", () => {
    const failing = [{ kind: "citation", reason: "figure", text: "Rent is $5", citations: [2] }];
    expect(standings(shared({ failing }))).toEqual(["Checked, no fault found", "Check this statement"]);
  });

  it("says which document has changed, though all have the same title", () => {
    const citations = [cited(1, { stale: "changed" }), cited(2)];
    expect(standings(shared({ citations }))).toEqual([
      "The document has changed since",
      "Checked, no fault found",
    ]);
  });

  it("tells two places apart that carry one number", () => {
    const { citations } = asMessage(shared({ citations: [cited(1), cited(1, { quote: "Notice" })] }));
    expect(new Set(citations?.map(({ n, start_char }) => `${n} ${start_char}`)).size).toBe(2);
  });
});

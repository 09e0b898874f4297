import { describe, expect, it } from "vitest";
import { markOf, numbersOf, withMarksAsLinks } from "./marks";
import type { Citation } from "./wire";

const WHOLE = { isUnfinished: false };

function citation(n: number, quote: string): Citation {
  const place = { page_start: 1, page_end: 1, start_char: 0, end_char: quote.length };
  return { n, quote, document_id: "d", document_title: "Lease", chunk_id: "c", ...place };
}

describe("numbersOf", () => {
  it.each([
    ["2", [2]],
    ["1, 3", [1, 3]],
    ["2-4", [2, 3, 4]],
    ["4–4; 1", [4, 1]],
    ["9-2", [9, 2]],
    ["1-900", [1, 900]],
  ])("reads %s", (mark, numbers) => expect(numbersOf(mark)).toEqual(numbers));
});

describe("withMarksAsLinks", () => {
  it("links each number to what it stands on", () => {
    const text = "Notice is thirty days [1]. Rent is due monthly [Source 1][2].";
    const citations = [
      citation(1, "Rent is due monthly."),
      citation(1, "Notice is thirty days."),
      citation(2, "x"),
    ];
    expect(withMarksAsLinks(text, citations, WHOLE)).toBe(
      "Notice is thirty days [1](#cite-1-1). Rent is due monthly [1](#cite-1-0)[2](#cite-2-2).",
    );
  });

  it("keeps a number that stands on nothing", () => {
    expect(withMarksAsLinks("So [7].", [], WHOLE)).toBe("So [7](#cite-7-).");
  });

  it("leaves code, links and other brackets alone", () => {
    const text = "`a[1]` [2](https://example.org) [sic] ```\nb[3]\n```";
    expect(withMarksAsLinks(text, [], WHOLE)).toBe(text);
  });

  it.each(["It ends [", "It ends [1", "It ends [1, 2", "It ends [Source "])(
    "hides the begun mark of %s",
    (text) => {
      expect(withMarksAsLinks(text, [], { isUnfinished: true })).toBe("It ends");
    },
  );
});

describe("markOf", () => {
  it("reads its own links only", () => {
    expect(markOf("#cite-3-0")).toEqual({ n: 3, index: 0 });
    expect(markOf("#cite-3-")).toEqual({ n: 3, index: null });
    expect(markOf("https://example.org/#cite-3-0")).toBeNull();
    expect(markOf(undefined)).toBeNull();
  });
});

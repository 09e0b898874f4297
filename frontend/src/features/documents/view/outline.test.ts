import { describe, expect, it } from "vitest";
import { outlineOf } from "./outline";
import { pagesInWords } from "./pages-in-words";
import { questionsOf } from "./questions";

describe("outlineOf", () => {
  it("has each heading where it begins, also one without a passage of its own", () => {
    const passages = [
      { index: 0, section: null, page_start: 1 },
      { index: 1, section: "1. Term", page_start: 2 },
      { index: 2, section: "1. Term", page_start: 3 },
      { index: 3, section: "2. Fees > 2.1 Rent", page_start: 3 },
    ];
    expect(outlineOf(passages)).toEqual([
      { key: "1 0", title: "1. Term", depth: 0, page: 2 },
      { key: "3 0", title: "2. Fees", depth: 0, page: 3 },
      { key: "3 1", title: "2.1 Rent", depth: 1, page: 3 },
    ]);
  });
});

describe("pagesInWords", () => {
  it("joins those that follow each other", () => {
    expect(pagesInWords([3])).toBe("page 3");
    expect(pagesInWords([4, 1, 2, 3])).toBe("pages 1 to 4");
    expect(pagesInWords([1, 2, 7, 9, 10])).toBe("pages 1 to 2, 7 and 9 to 10");
    expect(pagesInWords(Array.from({ length: 30 }, (_, n) => 2 * n))).toBe("30 pages");
  });
});

describe("questionsOf", () => {
  it("has one on each line, each once", () => {
    expect(questionsOf(" Who pays?\n\nWhen?\nWho pays? ")).toEqual(["Who pays?", "When?"]);
  });
});

import { describe, expect, it } from "vitest";
import { readParams } from "@/lib/url-state";
import { filtersOf, PARAMS, quoteFor } from "./address";

describe("filtersOf", () => {
  it("gives the API what is set, under its names", () => {
    const address = readParams(PARAMS, "?name=lease&status=failed&keyword=rent&id=d1&q=notice");
    expect(filtersOf(address)).toEqual({ q: "lease", status: "failed", keyword: "rent" });
    expect(filtersOf(readParams(PARAMS, "?status=nonsense&name=%20"))).toEqual({});
  });
});

describe("quoteFor", () => {
  it("is one line, and short, cut between words", () => {
    expect(quoteFor(" a\n b ")).toBe("a b");
    expect(quoteFor("at the end\fof a page")).toBe("at the end");
    const quote = quoteFor("word ".repeat(100));
    expect(quote.length).toBeLessThanOrEqual(240);
    expect(quote.endsWith("word")).toBe(true);
    expect(quoteFor("x".repeat(300))).toHaveLength(240);
  });
});

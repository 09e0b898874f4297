import { describe, expect, it } from "vitest";
import { readParams } from "@/lib/url-state";
import { filtersOf, leafedTo, PARAMS, passageAt, passageOf, quoteFor } from "./address";

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

describe("the passage of the address", () => {
  const read = (search: string) => readParams(PARAMS, search);

  it("stands on the page that a link opens", () => {
    expect(passageOf(read("?page=3&quote=notice"))).toEqual({ page: 3, quote: "notice" });
    expect(passageOf(read("?page=3"))).toBeUndefined();
  });

  it("stays on its page when the reader leafs away, and comes back", () => {
    const away = { ...read("?page=3&quote=notice"), ...leafedTo(5, read("?page=3&quote=notice")) };
    expect(away.page).toBe(5);
    expect(passageOf(away)).toEqual({ page: 3, quote: "notice" });
    const farther = { ...away, ...leafedTo(6, away) };
    expect(passageOf(farther)).toEqual({ page: 3, quote: "notice" });
    expect(leafedTo(3, farther)).toEqual({ page: 3, quote_page: 0 });
  });

  it("is another one with the next link", () => {
    const away = { ...read("?page=3&quote=notice"), ...leafedTo(5, read("?page=3&quote=notice")) };
    expect(passageOf({ ...away, ...passageAt(7, "term") })).toEqual({ page: 7, quote: "term" });
  });
});

import { describe, expect, it } from "vitest";
import { findQuote } from "./find-quote";
import type { Place } from "./folded-text";

function between(texts: readonly string[], { start, end }: Place): string {
  if (start.index === end.index) return texts[start.index]?.slice(start.offset, end.offset) ?? "";
  const within = texts.slice(start.index + 1, end.index);
  return [texts[start.index]?.slice(start.offset), ...within, texts[end.index]?.slice(0, end.offset)].join(
    "|",
  );
}

/** What would be marked. */
function shown(texts: readonly string[], quote: string): string[] {
  return (findQuote(texts, quote)?.places ?? []).map((place) => between(texts, place));
}

const CLAUSE = "The Customer shall pay each undisputed invoice within thirty days of its receipt.";

describe("a quote that stands there as it is", () => {
  it("is found inside of one text", () => {
    expect(shown(["3.4 The Supplier may suspend."], "the supplier may")).toEqual(["The Supplier may"]);
  });

  it("is found over many pieces, as pdf.js has them, hyphens of line breaks and all", () => {
    const pieces = ["pay any undisputed in-", "voice within ", "thirty days"];
    expect(shown(pieces, "undisputed invoice within thirty")).toEqual([
      "undisputed in-|voice within |thirty",
    ]);
  });

  it("is found by the text's own units, also behind ligatures and characters outside of the plane", () => {
    expect(shown(["\u{1D518} o\uFB03ce hours apply"], "hours")).toEqual(["hours"]);
  });

  it("is marked each time that it stands there", () => {
    const page = ["Each party bears its costs. Fees are due. Each party bears its costs."];
    expect(findQuote(page, "Each party bears its costs.")).toMatchObject({ extent: "whole", times: 2 });
  });

  it("is a word of its own, not the end of another", () => {
    expect(shown(["the party's art"], "art")).toEqual(["art"]);
    expect(findQuote(["the party"], "art")).toBeNull();
  });

  it("is found where the page's text has no spaces", () => {
    expect(shown(["TheSuppliermaysuspendperformance"], "Supplier may suspend")).toEqual([
      "Suppliermaysuspend",
    ]);
  });
});

describe("a quote with something else between its lines", () => {
  it("is marked without the numbers of a pleading's lines", () => {
    const page = [
      "1",
      "The Customer shall pay each undisputed",
      "2",
      "invoice within thirty days of its receipt.",
    ];
    expect(findQuote(page, CLAUSE)).toMatchObject({ extent: "apart" });
    expect(shown(page, CLAUSE)).toEqual([page[1], page[3]]);
  });

  it("is marked without the other column", () => {
    const page = [
      "The Customer shall pay each undisputed ",
      "The Tenant keeps the premises in good ",
      "invoice within thirty days of its receipt.",
      "repair and bears the cost of that.",
    ];
    expect(shown(page, CLAUSE)).toEqual([page[0]?.trim(), page[2]]);
  });

  it("is not said to stand there as it is when a word was left out of it", () => {
    const page = ["The Customer shall not pay each undisputed invoice within thirty days of its receipt."];
    expect(findQuote(page, CLAUSE)).toMatchObject({ extent: "apart" });
    expect(shown(page, CLAUSE)).toEqual([
      "The Customer shall",
      "pay each undisputed invoice within thirty days of its receipt.",
    ]);
  });
});

describe("a quote of which the page has a part", () => {
  it("is marked but for the word that stands there otherwise", () => {
    const page = ["The Customer shall pay each undisputed lnvoice within thirty days of its receipt."];
    expect(findQuote(page, CLAUSE)).toMatchObject({ extent: "part" });
    expect(shown(page, CLAUSE)).toEqual([
      "The Customer shall pay each undisputed",
      "nvoice within thirty days of its receipt.",
    ]);
  });

  it("is marked as far as it goes on this page", () => {
    const page = ["Clause 9. The Supplier may terminate this Agreement by notice"];
    const quote =
      "The Supplier may terminate this Agreement by notice in writing if the Customer is insolvent.";
    expect(shown(page, quote)).toEqual(["The Supplier may terminate this Agreement by notice"]);
  });

  it("is marked from where it goes on, on this page", () => {
    const page = ["in writing if the Customer becomes insolvent. Clause 10."];
    const quote =
      "The Supplier may terminate this Agreement by notice in writing if the Customer becomes insolvent.";
    expect(shown(page, quote)).toEqual(["in writing if the Customer becomes insolvent."]);
  });

  it("is found by its middle when both of its ends are other words", () => {
    const middle = "each undisputed invoice within thirty days";
    const quote = `Buyer has to settle ${middle} after it came.`;
    expect(shown([CLAUSE], quote)).toEqual([middle]);
  });
});

describe("a quote that does not stand there", () => {
  it("is not found in something else", () => {
    expect(findQuote(["The Customer shall pay."], "The Tenant shall pay.")).toBeNull();
    expect(findQuote(["The Customer shall pay."], " - ")).toBeNull();
    expect(findQuote([], "anything")).toBeNull();
  });

  it("is not found by a few words that both have", () => {
    const quote = "The Customer shall provide a bond of good standing to the Agent before the closing.";
    expect(findQuote([CLAUSE], quote)).toBeNull();
  });
});

describe("a short quote", () => {
  it("is found in a script that has no spaces between its words", () => {
    expect(shown(["承租人应当在三十日内支付租金。"], "三十日内")).toEqual(["三十日内"]);
    expect(shown(["ผู้เช่าต้องชำระค่าเช่า"], "ชำระค่าเช่า")).toEqual(["ชำระค่าเช่า"]);
  });

  it("is found behind the end of a word that reads like its beginning", () => {
    expect(shown(["Clauses 110 1010 and 12"], "1010")).toEqual(["1010"]);
  });
});

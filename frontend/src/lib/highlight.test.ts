import { describe, expect, it } from "vitest";
import { findQuote, fold, highlightQuote } from "./highlight";

function shown(texts: readonly string[], quote: string) {
  const place = findQuote(texts, quote);
  if (!place) return null;
  const { start, end } = place;
  if (start.index === end.index) return texts[start.index]?.slice(start.offset, end.offset);
  const between = texts.slice(start.index + 1, end.index);
  return [texts[start.index]?.slice(start.offset), ...between, texts[end.index]?.slice(0, end.offset)].join(
    "|",
  );
}

describe("fold", () => {
  it.each([
    ["white space and case", "The  Supplier\n MAY", "thesuppliermay"],
    ["ligatures", "o\uFB03ce \uFB01le", "officefile"],
    ["kinds of quotation marks", "\u201Cfourteen days\u2019 notice\u201D", '"fourteendays\'notice"'],
    ["hyphens of line breaks and dashes", "termi-\nnation \u2013 soft\u00ADhyphen", "terminationsofthyphen"],
    ["accents, composed or not", "Soci\u00E9t\u00E9 Socie\u0301te\u0301", "societesociete"],
  ])("does away with differences of %s", (_, text, folded) => expect(fold(text)).toBe(folded));

  it("keeps what changes the meaning", () => {
    expect(fold("shall not")).not.toBe(fold("shall"));
    expect(fold("14 days")).not.toBe(fold("15 days"));
  });
});

describe("findQuote", () => {
  it("finds a quote inside of one text", () => {
    expect(shown(["3.4 The Supplier may suspend."], "the supplier may")).toBe("The Supplier may");
  });

  it("finds a quote that runs over many pieces, as pdf.js has them", () => {
    const pieces = ["pay any undisputed in-", "voice within ", "thirty days"];
    expect(shown(pieces, "undisputed invoice within thirty")).toBe("undisputed in-|voice within |thirty");
  });

  it("counts in the text's own units, also behind ligatures and characters outside of the plane", () => {
    expect(shown(["\u{1D518} o\uFB03ce hours apply"], "hours")).toBe("hours");
  });

  it("finds a quote with a word in it that was read otherwise, by its two ends", () => {
    const page = ["The Customer shall pay each undisputed lnvoice within thirty days of its receipt."];
    const quote = "The Customer shall pay each undisputed invoice within thirty days of its receipt.";
    expect(findQuote(page, quote)).toMatchObject({ isWhole: false });
    expect(shown(page, quote)).toBe(page[0]);
  });

  it("shows what is on this page of a quote that goes on overleaf", () => {
    const page = ["Clause 9. The Supplier may terminate this Agreement by notice"];
    const quote =
      "The Supplier may terminate this Agreement by notice in writing if the Customer is insolvent.";
    expect(shown(page, quote)).toBe("The Supplier may terminate this Agreement by notice");
  });

  it("shows what is on this page of a quote that began before it", () => {
    const page = ["in writing if the Customer becomes insolvent. Clause 10."];
    const quote =
      "The Supplier may terminate this Agreement by notice in writing if the Customer becomes insolvent.";
    expect(shown(page, quote)).toBe("in writing if the Customer becomes insolvent.");
  });

  it("finds nothing rather than something else", () => {
    expect(findQuote(["The Customer shall pay."], "The Tenant shall pay.")).toBeNull();
    expect(findQuote(["The Customer shall pay."], " - ")).toBeNull();
    expect(findQuote([], "anything")).toBeNull();
  });
});

describe("highlightQuote", () => {
  it("says so where the quote is not, and where the browser cannot highlight", () => {
    const layer = document.createElement("div");
    layer.innerHTML = "<span>The Supplier may </span><span>suspend.</span>";
    expect(highlightQuote(layer, "the tenant may")).toBe("not-found");
    expect(highlightQuote(layer, "may suspend")).toBe("unsupported");
  });
});

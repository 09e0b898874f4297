import { describe, expect, it } from "vitest";
import { fold, foldWithPlaces, NOTHING, SPACE, UNCERTAIN } from "./folded-text";

describe("fold", () => {
  it.each([
    ["white space and case", "The  Supplier\n MAY", "thesuppliermay"],
    [
      "case, of letters with another capital",
      "Maßnahme MASSNAHME νόμος ΝΟΜΟΣ",
      "massnahmemassnahmeνομοσνομοσ",
    ],
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

describe("foldWithPlaces", () => {
  it("knows what stood before each letter", () => {
    const { text, gaps } = foldWithPlaces(["a b-", "c", "d\u0301e"]);
    expect(text).toBe("abcde");
    expect(gaps).toEqual([SPACE, SPACE, UNCERTAIN, UNCERTAIN, NOTHING]);
  });

  it("takes a word that is broken at a line's end for one or two", () => {
    expect(foldWithPlaces(["in-\nvoice"]).gaps[2]).toBe(UNCERTAIN);
  });
});

import { describe, expect, it } from "vitest";
import { matchesIn, placesOf, searchable } from "./matches";

const count = (texts: string[], query: string) => matchesIn(searchable(texts), searchable([query])).length;

describe("matchesIn", () => {
  it("does not mind case, accents and kinds of quotation marks", () => {
    expect(count(["The SUPPLIER, the supplier and Société d’état"], "supplier")).toBe(2);
    expect(count(["The SUPPLIER, the supplier and Société d’état"], "societe d'etat")).toBe(1);
  });

  it("finds words over line breaks, hyphens and pieces of a page", () => {
    expect(count(["written\nnotice of termi-\nnation"], "written notice of termination")).toBe(1);
    expect(count(["written", "notice"], "written notice")).toBe(1);
    expect(count(["writ", "ten"], "written")).toBe(1);
    expect(count(["non-refundable and nonrefundable"], "non-refundable")).toBe(2);
  });

  it("minds where words end", () => {
    expect(count(["therapist"], "the rapist")).toBe(0);
    expect(count(["the rapist"], "therapist")).toBe(0);
    expect(count(["the party"], "art")).toBe(1);
  });

  it("finds nothing for nothing", () => {
    expect(count(["a - b"], " - ")).toBe(0);
    expect(count([], "a")).toBe(0);
  });

  it("counts what overlaps once", () => expect(count(["aaaa"], "aa")).toBe(2));
});

describe("placesOf", () => {
  it("says where they stand in the page's own text", () => {
    expect(placesOf(["Pay in-", "voice on time"], "invoice")).toEqual([
      { start: { index: 0, offset: 4 }, end: { index: 1, offset: 5 } },
    ]);
  });
});

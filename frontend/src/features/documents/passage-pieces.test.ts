import { describe, expect, it } from "vitest";
import { piecesOf } from "./passage-pieces";

const shown = (text: string, highlights: [number, number][]) =>
  piecesOf(text, highlights).map(({ piece, isMarked }) => (isMarked ? `[${piece}]` : piece));

describe("piecesOf", () => {
  it("cuts at the highlights", () => {
    expect(
      shown("notice of suspension", [
        [0, 6],
        [10, 20],
      ]),
    ).toEqual(["[notice]", " of ", "[suspension]"]);
    expect(shown("plain", [])).toEqual(["plain"]);
  });

  it("counts code points", () => {
    expect(shown("𝔄𝔅 § 5", [[3, 4]])).toEqual(["𝔄𝔅 ", "[§]", " 5"]);
  });

  it("bears highlights that overlap, come out of order or reach beyond the text", () => {
    expect(
      shown("abcdef", [
        [4, 9],
        [0, 3],
        [2, 4],
      ]),
    ).toEqual(["[abc]", "[d]", "[ef]"]);
  });
});

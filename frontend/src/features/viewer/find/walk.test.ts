import { describe, expect, it } from "vitest";
import { firstFrom, ordinalOf, stepFrom, totalOf } from "./walk";

const COUNTS = new Map([
  [7, 1],
  [8, 0],
  [2, 2], // pages are searched from the one that is open
]);

describe("walking from match to match", () => {
  it("begins on the open page or behind it, or else at the first", () => {
    expect(firstFrom(COUNTS, 2)).toEqual({ page: 2, nth: 0 });
    expect(firstFrom(COUNTS, 3)).toEqual({ page: 7, nth: 0 });
    expect(firstFrom(COUNTS, 8)).toEqual({ page: 2, nth: 0 });
    expect(firstFrom(new Map([[1, 0]]), 1)).toBeNull();
  });

  it("goes on and back, round the end", () => {
    expect(stepFrom(COUNTS, { page: 2, nth: 0 }, 1)).toEqual({ page: 2, nth: 1 });
    expect(stepFrom(COUNTS, { page: 2, nth: 1 }, 1)).toEqual({ page: 7, nth: 0 });
    expect(stepFrom(COUNTS, { page: 7, nth: 0 }, 1)).toEqual({ page: 2, nth: 0 });
    expect(stepFrom(COUNTS, { page: 7, nth: 0 }, -1)).toEqual({ page: 2, nth: 1 });
    expect(stepFrom(COUNTS, { page: 2, nth: 0 }, -1)).toEqual({ page: 7, nth: 0 });
  });

  it("numbers them through the document", () => {
    expect(totalOf(COUNTS)).toBe(3);
    expect(ordinalOf(COUNTS, { page: 7, nth: 0 })).toBe(3);
    expect(ordinalOf(COUNTS, { page: 2, nth: 1 })).toBe(2);
  });
});

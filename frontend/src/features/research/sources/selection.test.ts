import { describe, expect, it } from "vitest";
import { idsOf, MOST_CHOSEN, sameUsed, toggled, usedOf } from "./selection";

describe("toggled", () => {
  it("takes one from all, when all are known", () => {
    expect(toggled("all", "b", ["a", "b", "c"])).toEqual(["a", "c"]);
    expect(toggled("all", "b", null)).toBeNull();
  });

  it("is all again when the last one is ticked", () => {
    expect(toggled(["a"], "b", ["a", "b"])).toBe("all");
    expect(toggled(["a"], "b", null)).toEqual(["a", "b"]);
  });

  it("can come to none", () => expect(toggled(["a"], "a", ["a", "b"])).toEqual([]));

  it("names no more than the API takes", () => {
    const many = Array.from({ length: MOST_CHOSEN + 2 }, (_, index) => String(index));
    expect(toggled("all", "0", many)).toBeNull();
    expect(toggled(many.slice(0, MOST_CHOSEN), "x", null)).toBeNull();
  });
});

describe("usedOf and idsOf", () => {
  it("write the whole library as no ids", () => {
    expect(usedOf([])).toBe("all");
    expect(idsOf("all")).toEqual([]);
    expect(idsOf(usedOf(["a"]))).toEqual(["a"]);
  });
});

describe("sameUsed", () => {
  it("does not take none for all, and looks past the order", () => {
    expect(sameUsed("all", [])).toBe(false);
    expect(sameUsed(["a", "b"], ["b", "a"])).toBe(true);
    expect(sameUsed(["a"], ["a", "b"])).toBe(false);
  });
});

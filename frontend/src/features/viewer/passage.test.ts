import { describe, expect, it } from "vitest";
import { partsOf } from "./passage";

describe("partsOf", () => {
  it("is the passage itself on its page", () => {
    expect(partsOf({ quote: " Notice is due. ", page: 3 })).toEqual([{ page: 3, quote: "Notice is due." }]);
  });

  it("knows what stands overleaf, over a page without words too", () => {
    expect(partsOf({ quote: "Notice\f\n\fis due.", page: 3 })).toEqual([
      { page: 3, quote: "Notice" },
      { page: 5, quote: "is due." },
    ]);
  });

  it("begins overleaf when only white space stands before the end of its page", () => {
    expect(partsOf({ quote: "\n\fis due.", page: 3 })).toEqual([{ page: 4, quote: "is due." }]);
  });
});

import { describe, expect, it } from "vitest";
import { highlightQuote } from "./highlight";

describe("highlightQuote", () => {
  it("says so where the quote is not, and where the browser cannot mark", () => {
    const layer = document.createElement("div");
    layer.innerHTML = "<span>The Supplier may </span><span>suspend.</span>";
    expect(highlightQuote(layer, "the tenant may").kind).toBe("not-found");
    expect(highlightQuote(layer, "may suspend").kind).toBe("unsupported");
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { chosenWithin, excerptOf } from "./excerpt";

const ANSWER = [
  "## Rent",
  "The rent is **$4,200** per month [1]. It is due “on the first day” [2, 3].",
  "- A late charge applies [4](https://a.example)",
  "Under the [Act of 2024] it ends [sources 7 and 8].",
  "- Pets are _not_ allowed [5][6]",
].join("\n\n");

describe("excerptOf", () => {
  it("is the answer's own words with the marks behind them", () => {
    expect(excerptOf(ANSWER, "The rent is $4,200 per month")).toBe("The rent is **$4,200** per month [1].");
    expect(excerptOf(ANSWER, "due “on the first day”")).toBe("due “on the first day” [2, 3].");
    expect(excerptOf(ANSWER, "the [Act of 2024] it ends")).toBe(
      "the [Act of 2024] it ends [sources 7 and 8].",
    );
    expect(excerptOf(ANSWER, "Pets are not allowed")).toBe("Pets are _not_ allowed [5][6]");
  });

  it("goes over paragraphs and the signs of Markdown", () => {
    expect(excerptOf(ANSWER, "Rent\n\nThe rent is $4,200")).toBe("Rent\n\nThe rent is **$4,200**");
  });

  it("is nothing where the words are not the answer's, or are none", () => {
    expect(excerptOf(ANSWER, "The deposit")).toBeNull();
    expect(excerptOf(ANSWER, " … ")).toBeNull();
  });
});

describe("chosenWithin", () => {
  afterEach(() => {
    getSelection()?.removeAllRanges();
    document.body.replaceChildren();
  });

  it("is the words without the numbers of citations, of this element alone", () => {
    document.body.innerHTML =
      "<p>Rent is due <button data-citation>1</button><span data-mark>9: no source</span> monthly.</p><p>Other words</p>";
    const [answer, other] = document.querySelectorAll("p");
    expect(chosenWithin(answer)).toBe("");
    getSelection()?.selectAllChildren(answer as Element);
    expect(chosenWithin(answer)).toBe("Rent is due  monthly.");
    expect(chosenWithin(other)).toBe("");
  });
});

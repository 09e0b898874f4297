import { describe, expect, it } from "vitest";
import { documentsAbout, isAbout } from "./about";

const cites = (...ids: string[]) => ({ citations: ids.map((document_id) => ({ document_id })) }) as never;

describe("documentsAbout", () => {
  it("is the open one and those that are ticked", () => {
    expect(documentsAbout(["a", "b"], [cites("c")], "b")).toEqual(["b", "a"]);
  });

  it("is what the answers cite where all are asked, the newest first", () => {
    expect(documentsAbout("all", [cites("a", "b"), cites("c", "a")], null)).toEqual(["a", "c", "b"]);
    expect(documentsAbout("all", [], null)).toEqual([]);
  });
});

describe("isAbout", () => {
  it("is so for a brief of one of the documents, or of the whole library", () => {
    expect(isAbout({ document_ids: ["a", "b"] }, ["b"])).toBe(true);
    expect(isAbout({ document_ids: ["a"] }, ["b"])).toBe(false);
    expect(isAbout({ document_ids: [] }, [])).toBe(true);
  });
});

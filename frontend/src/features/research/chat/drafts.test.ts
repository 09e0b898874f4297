import { beforeEach, describe, expect, it } from "vitest";
import { draftOf, keepDraft } from "./drafts";

describe("drafts", () => {
  beforeEach(() => localStorage.clear());

  it("are kept for each conversation by itself", () => {
    keepDraft(null, "new one");
    keepDraft("c", "follow-up");
    expect([draftOf(null), draftOf("c"), draftOf("d")]).toEqual(["new one", "follow-up", ""]);
  });

  it("leave nothing behind once they are sent", () => {
    keepDraft("c", "follow-up");
    keepDraft("c", "");
    expect(localStorage.length).toBe(0);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { draftOf, dropDrafts, keepDraft, noteDraftKey } from "./drafts";

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

  it("go with their conversation, its notes' too", () => {
    for (const key of ["c", noteDraftKey("c"), noteDraftKey("c", "n"), "cc"]) keepDraft(key, "begun");
    dropDrafts("c");
    expect([draftOf("c"), draftOf(noteDraftKey("c")), draftOf(noteDraftKey("c", "n"))]).toEqual(["", "", ""]);
    expect(draftOf("cc")).toBe("begun");
  });
});

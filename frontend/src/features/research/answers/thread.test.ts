import { describe, expect, it } from "vitest";
import { choose, threadOf } from "./thread";
import type { Message } from "./wire";

function message(id: string, parent_id: string | null = null): Message {
  return { id, parent_id, role: id.startsWith("q") ? "user" : "assistant", content: id, created_at: "" };
}

function shown(messages: Message[], chosen: string[] = []): string[] {
  return threadOf(messages, new Set(chosen)).map((turn) => turn.message.id);
}

const REGENERATED = [message("q1"), message("a1"), message("q2"), message("a2"), message("a1b", "q1")];
const EDITED = [message("q1"), message("a1"), message("q1b", "start"), message("a1b"), message("q2", "a1")];

describe("threadOf", () => {
  it("shows a plain conversation as it came", () => {
    const turns = threadOf([message("q1"), message("a1"), message("q2")], new Set());
    expect(turns.map(({ message: { id }, parentId, versions }) => [id, parentId, versions])).toEqual([
      ["q1", null, ["q1"]],
      ["a1", "q1", ["a1"]],
      ["q2", "a1", ["q2"]],
    ]);
  });

  it("shows the newest version, and another with what came after it", () => {
    expect(shown(REGENERATED)).toEqual(["q1", "a1b"]);
    expect(shown(REGENERATED, ["a1"])).toEqual(["q1", "a1", "q2", "a2"]);
    expect(threadOf(REGENERATED, new Set())[1]?.versions).toEqual(["a1", "a1b"]);
  });

  it("knows the wordings of an edited question", () => {
    expect(shown(EDITED)).toEqual(["q1", "a1", "q2"]);
    expect(shown(EDITED, ["q1b"])).toEqual(["q1b", "a1b"]);
  });

  it("begins where what is loaded begins", () => {
    expect(shown([message("a0"), message("q1"), message("q2", "not-loaded"), message("a2")])).toEqual([
      "q2",
      "a2",
    ]);
    expect(shown([message("q1", "a1"), message("a1")])).toEqual(["q1", "a1"]);
    expect(shown([])).toEqual([]);
  });
});

describe("choose", () => {
  it("replaces the version that was chosen before", () => {
    expect([...choose(new Set(["a1", "x"]), ["a1", "a1b"], "a1b")]).toEqual(["x", "a1b"]);
  });
});

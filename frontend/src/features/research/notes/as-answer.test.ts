import { describe, expect, it } from "vitest";
import type { Message } from "../answers/wire";
import { asAnswer, beginningOf, noteIdOf } from "./as-answer";
import type { Note } from "./pages";

const NOTE: Note = {
  id: "n",
  conversation_id: "c",
  origin: "answer",
  message_id: "m",
  content: "It ends [1].",
  citations: [],
  edited: false,
  created_at: "",
  updated_at: "",
};
const MESSAGE = { id: "m", verification: { failing: [] }, stale: { d: { reason: "deleted" } } };
const messages = [MESSAGE as unknown as Message];

describe("a note as what carries citations", () => {
  it("has what was found of the answer whose words it keeps", () => {
    expect(asAnswer(NOTE, messages)).toMatchObject({
      verification: MESSAGE.verification,
      stale: MESSAGE.stale,
    });
  });

  it("was not examined once it is edited, but tells of documents that are gone", () => {
    const edited = asAnswer({ ...NOTE, edited: true }, messages);
    expect(edited.verification).toBeNull();
    expect(edited.stale).toEqual(MESSAGE.stale);
  });

  it("was not examined as far as is known where its answer is not at hand", () => {
    expect(asAnswer(NOTE, []).verification).toBeNull();
  });

  it("is told from answers by its id", () => {
    expect(noteIdOf(asAnswer(NOTE, messages).id)).toBe("n");
    expect(noteIdOf("665f1c2ab7e4d1a2c3b4d5e6")).toBeNull();
  });
});

describe("beginningOf", () => {
  it("is the first words, without signs and lines", () => {
    expect(beginningOf({ content: "# To do\n\n- **call** the clerk" })).toBe("To do - call the clerk");
    expect(beginningOf({ content: "word ".repeat(40) })).toMatch(/^(word )+word…$/);
  });
});

import { describe, expect, it } from "vitest";
import { begin, failed, heard, type Wanted, withLive } from "./live";
import type { AnswerEvent, Message } from "./wire";

const ASKED: Wanted = { kind: "ask", question: "May I?", documentIds: [], parentId: null };
const META = {
  id: "1",
  event: "meta",
  data: { conversation_id: "c", user_message_id: "q", message_id: "a", model: "m", trace_id: null },
} satisfies AnswerEvent;
const DELTAS = ["Yes", ", you may."].map((text, index) => {
  return { id: String(index + 2), event: "delta", data: { text } } satisfies AnswerEvent;
});

function message(id: string, more: Partial<Message> = {}): Message {
  return { id, role: id.startsWith("q") ? "user" : "assistant", content: "", created_at: "", ...more };
}

describe("heard", () => {
  it("grows the answer and ends with what is kept", () => {
    const written = [META, ...DELTAS].reduce(heard, begin(ASKED, null));
    expect(written).toMatchObject({
      conversationId: "c",
      answerId: "a",
      text: "Yes, you may.",
      phase: "writing",
    });
    const over = heard(written, { id: "9", event: "done", data: { message: message("a") } });
    expect(over).toMatchObject({ phase: "over", final: { id: "a" } });
  });

  it("tells why there is no answer, and when to ask again", () => {
    const problem = {
      type: "x/answer-failed",
      title: "No answer",
      status: 503,
      detail: "Busy.",
      retry_after_seconds: 7,
    };
    const over = heard(begin(ASKED, null), {
      id: "2",
      event: "error",
      data: { problem },
    } as unknown as AnswerEvent);
    expect(over.problem).toMatchObject({ code: "answer-failed", retryAfterSeconds: 7, isRetryable: true });
  });
});

describe("withLive", () => {
  const live = [META, ...DELTAS].reduce(heard, begin(ASKED, null));

  it("shows the question before the server has it", () => {
    const shown = withLive([], begin(ASKED, null));
    expect(shown.map(({ role, content, status }) => [role, content, status])).toEqual([
      ["user", "May I?", undefined],
      ["assistant", "", "streaming"],
    ]);
  });

  it("writes into the server's draft, and leaves a finished message alone", () => {
    const draft = [message("q"), message("a", { status: "streaming" })];
    expect(withLive(draft, live).map(({ content }) => content)).toEqual(["", "Yes, you may."]);
    const finished = [message("q"), message("a", { status: "complete", content: "Done" })];
    expect(withLive(finished, live)).toEqual(finished);
  });

  it("puts an answer to the same question beside the first one", () => {
    const again = begin({ kind: "again", answerId: "a", parentId: "q", question: null }, "c");
    expect(withLive([message("q"), message("a")], again).at(-1)).toMatchObject({
      parent_id: "q",
      role: "assistant",
    });
  });

  it("keeps what was written before it failed", () => {
    expect(withLive([], failed(live, new Error("x"))).at(-1)).toMatchObject({
      content: "Yes, you may.",
      status: "failed",
    });
  });
});

// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from "vitest";
import { followEvents, type SentEvent, type StreamOptions, type StreamState } from "./events";
import { session } from "./session";

const fetched = vi.fn<(request: Request) => Promise<Response>>();

/** A stream that gives these pieces and then ends, breaks, or stays silent until it is aborted. */
function stream(pieces: readonly string[], ending: "end" | "break" | "silence" = "end") {
  return (request: Request) => {
    const left = [...pieces];
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const stop = () => controller.error(new DOMException("stop", "AbortError"));
        if (ending === "silence") request.signal.addEventListener("abort", stop);
      },
      pull(controller) {
        const piece = left.shift();
        if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
        else if (ending === "end") controller.close();
        else if (ending === "break") controller.error(new TypeError("network error"));
      },
    });
    return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  };
}

const delta = (id: number, text: string) => `id: ${id}\nevent: delta\ndata: ${JSON.stringify({ text })}\n\n`;
const DONE = "id: 9\nevent: done\ndata: {}\n\n";

function follow(options: Partial<StreamOptions<SentEvent>> = {}) {
  const events: SentEvent[] = [];
  const states: StreamState["kind"][] = [];
  const done = followEvents({
    path: "/api/v1/x",
    signal: new AbortController().signal,
    isLast: ({ event }) => event === "done",
    onEvent: (event) => events.push(event),
    onState: ({ kind }) => states.push(kind),
    ...options,
  });
  return { done, events, states };
}

const asked = (call: number) => fetched.mock.calls[call]?.[0] as Request;

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("location", new URL("http://localhost/"));
  vi.stubGlobal("addEventListener", vi.fn());
  vi.stubGlobal("removeEventListener", vi.fn());
  vi.spyOn(session, "token").mockResolvedValue("t");
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return () => vi.useRealTimers();
});

describe("followEvents", () => {
  it("gives the events one by one, however the bytes come, and resolves after the last", async () => {
    const whole = delta(1, "Grüße ") + delta(2, "you") + DONE;
    fetched.mockImplementationOnce(
      stream([whole.slice(0, 21), whole.slice(21, 60), whole.slice(60), delta(10, "late")]),
    );
    const { done, events, states } = follow();
    await done;
    expect(events.map(({ data }) => data)).toEqual([{ text: "Grüße " }, { text: "you" }, {}]);
    expect(events[0]).toEqual({ id: "1", event: "delta", data: { text: "Grüße " } });
    expect(states).toEqual(["connecting", "open", "closed"]);
    expect(asked(0).headers.get("Accept")).toBe("text/event-stream");
  });

  it.each(["end", "break"] as const)("goes on after an early %s from the last event seen", async (ending) => {
    fetched
      .mockImplementationOnce(stream([delta(1, "a"), delta(2, "b")], ending))
      .mockImplementationOnce(stream([DONE]));
    const { done, events, states } = follow();
    await vi.advanceTimersByTimeAsync(1000);
    await done;
    expect(asked(1).headers.get("Last-Event-ID")).toBe("2");
    expect(events).toHaveLength(3);
    expect(states).toEqual(["connecting", "open", "waiting", "connecting", "open", "closed"]);
  });

  it("goes on elsewhere after a POST, and never sends that twice", async () => {
    fetched.mockImplementationOnce(stream([delta(1, "a")])).mockImplementationOnce(stream([DONE]));
    const { done } = follow({
      method: "POST",
      body: { content: "?" },
      resume: () => ({ path: "/api/v1/messages/1" }),
    });
    await vi.advanceTimersByTimeAsync(1000);
    await done;
    expect([asked(0).method, asked(1).method]).toEqual(["POST", "GET"]);
    expect(new URL(asked(1).url).pathname).toBe("/api/v1/messages/1");
  });

  it("throws when a POST breaks before it is known where to go on", async () => {
    fetched.mockImplementationOnce(stream([], "break"));
    const { done } = follow({ method: "POST", body: {}, resume: () => null });
    await expect(done).rejects.toMatchObject({ code: "no-connection" });
    expect(fetched).toHaveBeenCalledOnce();
  });

  it("throws what coming again would not mend", async () => {
    fetched.mockResolvedValueOnce(Response.json({ type: "x/not-found" }, { status: 404 }));
    await expect(follow().done).rejects.toMatchObject({ code: "not-found" });
  });

  it("waits longer each time, and as long as it is told to", async () => {
    fetched
      .mockRejectedValueOnce(new TypeError("Failed to fetch"))
      .mockResolvedValueOnce(new Response(null, { status: 503, headers: { "Retry-After": "7" } }))
      .mockImplementationOnce(stream([DONE]));
    const waits: number[] = [];
    const { done } = follow({ onState: (state) => state.kind === "waiting" && waits.push(state.seconds) });
    await vi.advanceTimersByTimeAsync(10_000);
    await done;
    expect(waits).toEqual([0.5, 7]);
  });

  it("takes a long silence for a break", async () => {
    fetched.mockImplementationOnce(stream([delta(1, "a")], "silence")).mockImplementationOnce(stream([DONE]));
    const { done } = follow();
    await vi.advanceTimersByTimeAsync(47_000);
    await done;
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("ends quietly when it is aborted, and gives nothing more", async () => {
    const controller = new AbortController();
    fetched.mockImplementationOnce(stream([delta(1, "a")], "silence"));
    const { done, events } = follow({ signal: controller.signal });
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    await done;
    expect(events).toHaveLength(1);
  });

  it("takes a 204 for the end", async () => {
    fetched.mockResolvedValueOnce(new Response(null, { status: 204 }));
    await follow().done;
    expect(fetched).toHaveBeenCalledOnce();
  });
});

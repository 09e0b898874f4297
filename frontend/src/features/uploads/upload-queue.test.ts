import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { Problem } from "@/lib/api/problem";
import { type Send, UploadQueue } from "./upload-queue";

type Uploaded = Schemas["UploadedOut"];
interface Sent {
  name: string;
  how: Parameters<Send>[1];
  done: (document: Uploaded) => void;
  fail: (error: unknown) => void;
}

const files = (count: number) => Array.from({ length: count }, (_, n) => new File(["x"], `${n + 1}.pdf`));
const documentOf = (id: string) => ({ id, duplicate: false }) as Uploaded;
const settled = () => vi.advanceTimersByTimeAsync(0);

describe("UploadQueue", () => {
  let sent: Sent[];
  let queue: UploadQueue;
  const kinds = () => queue.snapshot().all.map(({ state }) => state.kind);

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    queue = new UploadQueue(
      (file, how) =>
        new Promise((done, fail) => {
          how.signal.addEventListener("abort", () => fail(new DOMException("cancelled", "AbortError")));
          sent.push({ name: file.name, how, done, fail });
        }),
    );
  });
  afterEach(() => vi.useRealTimers());

  it("sends three at once and goes on when one is done", async () => {
    const onUploaded = vi.fn();
    expect(queue.add(files(5), { onUploaded })).toEqual([1, 2, 3, 4, 5]);
    expect(kinds()).toEqual(["sending", "sending", "sending", "waiting", "waiting"]);
    sent[1]?.done(documentOf("d2"));
    await settled();
    expect(kinds()).toEqual(["sending", "done", "sending", "sending", "waiting"]);
    expect(onUploaded).toHaveBeenCalledExactlyOnceWith(documentOf("d2"));
  });

  it("tells the progress of each", () => {
    queue.add(files(2));
    sent[1]?.how.onProgress(0.5);
    expect(queue.snapshot().all.map(({ state }) => state)).toEqual([
      { kind: "sending", fraction: 0 },
      { kind: "sending", fraction: 0.5 },
    ]);
  });

  it("keeps why one failed, and tries it again when asked", async () => {
    const [key = 0] = queue.add(files(1));
    sent[0]?.fail(new Problem(415, "unsupported", "Unsupported", "This is a picture."));
    await settled();
    expect(queue.snapshot().all[0]?.state).toMatchObject({
      kind: "failed",
      problem: { detail: "This is a picture." },
    });
    queue.retry(key);
    expect(kinds()).toEqual(["sending"]);
    expect(sent).toHaveLength(2);
  });

  it("waits as long as the server asks, and goes on by itself", async () => {
    queue.add(files(4));
    sent[0]?.fail(new Problem(429, "too-many-requests", "Too many", "Wait.", null, 7));
    await settled();
    expect(kinds()).toEqual(["waiting", "sending", "sending", "waiting"]);
    await vi.advanceTimersByTimeAsync(6900);
    expect(sent).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(200);
    expect(queue.snapshot().pausedUntil).toBeNull();
    expect(sent.map(({ name }) => name)).toEqual(["1.pdf", "2.pdf", "3.pdf", "1.pdf"]);
  });

  it("does not wait for a quota that is renewed next month", async () => {
    queue.add(files(1));
    sent[0]?.fail(new Problem(429, "quota", "Used up", "Wait.", null, 86_400));
    await settled();
    expect(kinds()).toEqual(["failed"]);
  });

  it("cancels one, and the next takes its place", async () => {
    const [key = 0] = queue.add(files(4));
    queue.remove(key);
    await settled();
    expect(sent[0]?.how.signal.aborted).toBe(true);
    expect(kinds()).toEqual(["sending", "sending", "sending"]);
  });

  it("forgets what is over, and everything at the end", async () => {
    queue.add(files(4));
    sent[0]?.done(documentOf("d1"));
    await settled();
    queue.clear();
    expect(queue.snapshot().all).toHaveLength(3);
    queue.stop();
    await settled();
    expect(queue.snapshot().all).toEqual([]);
    expect(sent.every(({ how }, place) => place === 0 || how.signal.aborted)).toBe(true);
  });
});

import { describe, expect, it, vi } from "vitest";
import { kept, NOT_BEGUN, type Progress, search } from "./search";

const TEXTS = ["notice", "nothing", "notice of a notice"];

function searched(given: Partial<Parameters<typeof search>[0]>) {
  const onProgress = vi.fn<(progress: Progress) => void>();
  const read = kept(async (page) => [TEXTS[page - 1] ?? ""]);
  const { signal } = new AbortController();
  return {
    onProgress,
    done: search({ query: "notice", from: 1, pages: 3, read, signal, onProgress, ...given }),
  };
}

describe("search", () => {
  it("counts page by page, from the open one round the end", async () => {
    const { onProgress, done } = searched({ from: 3 });
    await done;
    const progress = onProgress.mock.lastCall?.[0] ?? NOT_BEGUN;
    expect([...progress.counts]).toEqual([
      [3, 2],
      [1, 1],
      [2, 0],
    ]);
    expect(progress).toMatchObject({ isDone: true, unread: 0 });
  });

  it("goes on over a page that cannot be read, and says so", async () => {
    const read = kept(async (page) => (page === 2 ? Promise.reject(new Error("away")) : ["notice"]));
    const { onProgress, done } = searched({ read });
    await done;
    expect(onProgress).toHaveBeenLastCalledWith({
      counts: new Map([
        [1, 1],
        [3, 1],
      ]),
      unread: 1,
      isDone: true,
    });
  });

  it("ends in silence when something else is searched", async () => {
    const controller = new AbortController();
    const { onProgress, done } = searched({ signal: controller.signal });
    controller.abort();
    await done;
    expect(onProgress).not.toHaveBeenCalled();
  });

  it("leaves the page its time, and tells what it has so far", async () => {
    let now = 1000;
    vi.spyOn(performance, "now").mockImplementation(() => {
      now += 50;
      return now;
    });
    const { onProgress, done } = searched({});
    await done;
    expect(onProgress.mock.calls.map(([{ counts }]) => counts.size)).toEqual([1, 3, 3]);
  });
});

describe("kept", () => {
  it("reads a page once, but again when that failed", async () => {
    const read = vi.fn(async () => ["text"]).mockRejectedValueOnce(new Error("away"));
    const pages = kept(read);
    await expect(pages(1)).rejects.toThrow("away");
    await pages(1);
    await pages(1);
    expect(read).toHaveBeenCalledTimes(2);
  });
});

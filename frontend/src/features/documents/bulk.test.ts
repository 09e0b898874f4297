import { describe, expect, it, vi } from "vitest";
import { forEachOf } from "./bulk";

describe("forEachOf", () => {
  it("does each, three at a time, and tells which were refused", async () => {
    let running = 0;
    let most = 0;
    const onProgress = vi.fn();
    const refused = await forEachOf(
      [1, 2, 3, 4, 5],
      async (item) => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        if (item === 2) throw new Error("held");
      },
      onProgress,
    );
    expect(refused.map(({ item, problem }) => [item, problem.detail])).toEqual([[2, "held"]]);
    expect(most).toBe(3);
    expect(onProgress).toHaveBeenLastCalledWith(5);
  });
});

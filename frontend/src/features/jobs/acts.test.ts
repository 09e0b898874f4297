import { afterEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/lib/api/problem";
import { actOnAll } from "./acts";
import type { Job } from "./job-status";

const POST = vi.hoisted(() => vi.fn());
vi.mock("@/lib/api/client", () => ({
  api: { POST },
  unwrap: async (call: Promise<{ data?: unknown }>) => (await call).data,
}));

const job = (id: string, status: Job["status"]) => ({ id, status, cancel_requested: false }) as Job;
const refusal = (status: number) => new Problem(status, "no", "No", "It did not work.");

afterEach(() => POST.mockReset());

describe("an act on many", () => {
  it("is done on those alone that it is for", async () => {
    POST.mockResolvedValue({ data: {} });
    const summary = await actOnAll("retry", [
      job("a", "failed"),
      job("b", "completed"),
      job("c", "cancelled"),
    ]);
    expect(POST).toHaveBeenCalledTimes(2);
    expect(summary).toEqual({ act: "retry", done: 2, refused: [], skipped: {}, hasMore: false });
  });

  it("goes on after a refusal, and tells what had ended meanwhile from what went wrong", async () => {
    POST.mockResolvedValueOnce({ data: {} })
      .mockRejectedValueOnce(refusal(409))
      .mockRejectedValueOnce(refusal(503));
    const summary = await actOnAll("cancel", [job("a", "queued"), job("b", "running"), job("c", "queued")]);
    expect(summary.done).toBe(1);
    expect(summary.skipped).toEqual({ over: 1 });
    expect(summary.refused.map(({ job }) => job.id)).toEqual(["c"]);
  });
});

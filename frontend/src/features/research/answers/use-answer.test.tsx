import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { toast } from "@/components/ui/toast";
import type { StreamOptions } from "@/lib/api/events";
import { useAnswer } from "./use-answer";
import type { AnswerEvent } from "./wire";

vi.mock("@/lib/api/events", () => ({
  followEvents: ({ onEvent }: StreamOptions<AnswerEvent>) => {
    const data = { conversation_id: "c", user_message_id: "q", message_id: "a", model: "m", trace_id: null };
    onEvent({ id: "1", event: "meta", data });
    return new Promise(() => {});
  },
}));
vi.mock("@/lib/api/client", async (original) => ({
  ...(await original<object>()),
  api: { POST: () => Promise.reject(new Error("away")) },
  unwrap: (call: Promise<unknown>) => call,
}));

afterEach(cleanup);

test("an answer that could not be stopped is said to go on", async () => {
  const failed = vi.spyOn(toast, "failed").mockResolvedValue("");
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(() => useAnswer("c", () => {}), { wrapper });
  act(() => result.current.start({ kind: "ask", question: "?", documentIds: [], parentId: null }));
  expect(result.current.live?.answerId).toBe("a");
  await act(() => result.current.stop());
  expect(failed).toHaveBeenCalledExactlyOnceWith("The answer could not be stopped", expect.any(Error));
  expect(result.current.live).not.toBeNull();
});

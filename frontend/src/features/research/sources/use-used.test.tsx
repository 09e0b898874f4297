import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { conversationOptions } from "../answers/use-answer";
import { useUsed } from "./use-used";

const ID = "a".repeat(24);

const PATCH = vi.hoisted(() => vi.fn());
vi.mock("@/lib/api/client", async (original) => ({
  ...(await original<object>()),
  api: { PATCH },
  unwrap: (call: Promise<unknown>) => call,
}));

const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queries}>{children}</QueryClientProvider>
);
const opened = (document_ids: string[]) => ({ id: ID, document_ids, messages: [] });

beforeEach(() => queries.setQueryData(conversationOptions(ID).queryKey, opened(["one"]) as never));
afterEach(cleanup);

describe("the ticked documents", () => {
  test("are those of two uploads that arrive together", () => {
    const { result } = renderHook(() => useUsed(ID), { wrapper });
    act(() => {
      result.current.add("two");
      result.current.add("three");
    });
    expect(result.current.used).toEqual(["one", "two", "three"]);
  });

  test("are kept with a question, but for what was ticked meanwhile, here and in another conversation", async () => {
    const { result, rerender } = renderHook(({ id }) => useUsed(id), {
      wrapper,
      initialProps: { id: null as string | null },
    });
    act(() => result.current.use(["elsewhere"]));
    rerender({ id: ID });
    act(() => result.current.use(["one", "two"]));
    let answer = (_: unknown) => {};
    PATCH.mockReturnValue(
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    const kept = result.current.commit();
    await vi.waitFor(() => expect(PATCH).toHaveBeenCalled());
    act(() => result.current.use(["three"]));
    await act(async () => {
      answer(opened(["one", "two"]));
      await kept;
    });
    expect(result.current.used).toEqual(["three"]);
    rerender({ id: null });
    expect(result.current.used).toEqual(["elsewhere"]);
  });
});

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Conversation } from "../answers/wire";
import { useMessages } from "./use-messages";

const ids = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);
const messages = (from: number, to: number) => ids(from, to).map((id) => ({ id, role: "user", content: id }));

/** The conversation's last four, out of all that there are. */
const opened = (count: number) =>
  ({ id: "c", message_count: count, messages: messages(count - 3, count) }) as unknown as Conversation;

vi.mock("@/lib/api/fetching", async (original) => ({
  ...(await original<object>()),
  authorizedFetch: async ({ url }: Request) => {
    const before = Number(new URL(url).searchParams.get("before"));
    return Response.json({ items: messages(1, before - 1).toReversed(), next_cursor: null });
  },
}));

afterEach(cleanup);

test("none is lost when new ones push others out of the newest", async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 10_000, retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const { result, rerender } = renderHook(({ conversation }) => useMessages(conversation, true), {
    wrapper,
    initialProps: { conversation: opened(8) },
  });
  const shown = () => result.current.messages.map(({ id }) => id);
  await waitFor(() => expect(shown()).toEqual(ids(1, 8)));
  rerender({ conversation: opened(10) });
  await waitFor(() => expect(shown()).toEqual(ids(1, 10)));
});

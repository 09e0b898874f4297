import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CONVERSATIONS, conversationOptions } from "./use-answer";
import { useNaming } from "./use-naming";

interface Followed {
  path: string | null;
  onEvent: (event: unknown) => void;
}
const { followed } = vi.hoisted(() => ({ followed: { path: null, onEvent: () => {} } as Followed }));
vi.mock("@/lib/api/use-events", () => ({ useEvents: (given: Followed) => Object.assign(followed, given) }));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function naming(isFirstAnswer: boolean) {
  const queries = new QueryClient();
  const keys = [
    [...CONVERSATIONS, {}],
    conversationOptions("c1").queryKey,
    conversationOptions("c2").queryKey,
  ];
  for (const key of keys) queries.setQueryData(key as never, {} as never);
  const stale = () => keys.map((key) => queries.getQueryState(key)?.isInvalidated);
  const hook = renderHook(({ isFirst }) => useNaming(isFirst), {
    initialProps: { isFirst: isFirstAnswer },
    wrapper: ({ children }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>,
  });
  return { stale, ...hook };
}

function tell(completed_at: string | null, type = "research.remember") {
  const data = { type, subject: { type: "conversation", id: "c1" }, completed_at };
  act(() => followed.onEvent({ event: "job", data }));
}

test("once it is named, the list and the conversation are read again, and nothing is followed any more", () => {
  const { stale, rerender } = naming(true);
  expect(followed.path).toBe("/api/v1/jobs/events");
  rerender({ isFirst: false });
  tell(null);
  tell("2026-11-20T09:00:00Z", "library.ingest");
  expect(stale()).toEqual([false, false, false]);
  tell("2026-11-20T09:00:00Z");
  expect(stale()).toEqual([true, true, false]);
  expect(followed.path).toBeNull();
});

test("where nothing is named, it is not waited for long", () => {
  const { rerender } = naming(true);
  rerender({ isFirst: false });
  act(() => vi.advanceTimersByTime(59_000));
  expect(followed.path).not.toBeNull();
  act(() => vi.advanceTimersByTime(1_000));
  expect(followed.path).toBeNull();
});

test("in a conversation that goes on, nothing is followed", () => {
  naming(false);
  expect(followed.path).toBeNull();
});

import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useNews } from "./use-news";

const list = document.createElement("div");
const ref = { current: list };
const read = vi.fn();
let isOver = false;
list.matches = () => isOver;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  read.mockReset();
  isOver = false;
  list.scrollTop = 0;
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function news() {
  const hook = renderHook(({ isReading }) => useNews({ list: ref, isReading, read }), {
    initialProps: { isReading: true },
  });
  hook.rerender({ isReading: false });
  return hook;
}

const settle = () => act(() => vi.advanceTimersByTime(2000));

test("many that arrive at once are one reading", () => {
  const { result } = news();
  for (let n = 0; n < 5; n++) act(result.current.tell);
  expect(read).not.toHaveBeenCalled();
  settle();
  expect(read).toHaveBeenCalledTimes(1);
  expect(result.current.isWaiting).toBe(false);
});

test("what was read meanwhile for another reason is not read again", () => {
  const { result, rerender } = news();
  act(result.current.tell);
  rerender({ isReading: true });
  rerender({ isReading: false });
  settle();
  expect(read).not.toHaveBeenCalled();
});

test("under the pointer nothing moves until it leaves", () => {
  isOver = true;
  const { result } = news();
  act(result.current.tell);
  settle();
  expect(read).not.toHaveBeenCalled();
  expect(result.current.isWaiting).toBe(true);
  act(() => void list.dispatchEvent(new Event("pointerleave")));
  expect(read).toHaveBeenCalledTimes(1);
});

test("whoever has scrolled keeps the place, and can ask for it", () => {
  list.scrollTop = 300;
  const { result, rerender } = news();
  act(result.current.tell);
  settle();
  act(() => void list.dispatchEvent(new Event("pointerleave")));
  expect(read).not.toHaveBeenCalled();
  expect(result.current.isWaiting).toBe(true);
  rerender({ isReading: true });
  expect(result.current.isWaiting).toBe(false);
});

test("at the window's focus it is read again when it is old, and not before", () => {
  news();
  const focus = () => act(() => void dispatchEvent(new Event("focus")));
  act(() => vi.advanceTimersByTime(30_000));
  focus();
  settle();
  expect(read).not.toHaveBeenCalled();
  focus();
  settle();
  expect(read).toHaveBeenCalledTimes(1);
});

test("of what may be there nothing is said, but it is read when the pointer leaves", () => {
  isOver = true;
  const { result } = news();
  act(() => vi.advanceTimersByTime(31_000));
  act(() => void dispatchEvent(new Event("focus")));
  settle();
  expect(result.current.isWaiting).toBe(false);
  act(() => void list.dispatchEvent(new Event("pointerleave")));
  expect(read).toHaveBeenCalledTimes(1);
});

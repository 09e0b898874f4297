import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useShortcut, useShortcutKeys } from "./shortcuts";

function press(key: string, init: KeyboardEventInit = {}, target: Element = document.body) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

function listen(keys: string) {
  const run = vi.fn();
  const hook = renderHook(() => useShortcut({ keys, label: keys, group: "Test", run }));
  return { run, ...hook };
}

describe("shortcuts", () => {
  beforeEach(() => {
    localStorage.clear();
    renderHook(useShortcutKeys);
  });
  afterEach(cleanup);

  it("run for their keys and for no others", () => {
    const { run } = listen("mod+k");
    expect(press("k").defaultPrevented).toBe(false);
    expect(press("k", { ctrlKey: true }).defaultPrevented).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  it("run for two keys in a row", () => {
    const { run } = listen("g r");
    press("r");
    press("g");
    press("r");
    expect(run).toHaveBeenCalledOnce();
  });

  it("are silent while somebody types, but for Escape and those with Ctrl", () => {
    const input = document.body.appendChild(document.createElement("input"));
    const [slash, stop, find] = [listen("/"), listen("escape"), listen("mod+k")];
    press("/", {}, input);
    press("Escape", {}, input);
    press("k", { ctrlKey: true }, input);
    expect([slash, stop, find].map(({ run }) => run.mock.calls.length)).toEqual([0, 1, 1]);
    input.remove();
  });

  it("of single characters can be turned off", () => {
    localStorage.setItem("elenchus-single-keys-off", "1");
    const { run } = listen("?");
    press("?", { shiftKey: true });
    expect(run).not.toHaveBeenCalled();
  });

  it("go to whoever came last, and back", () => {
    const page = listen("j");
    const panel = listen("j");
    press("j");
    panel.unmount();
    press("j");
    expect([page.run.mock.calls.length, panel.run.mock.calls.length]).toEqual([1, 1]);
  });
});

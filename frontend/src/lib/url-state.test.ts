import { act, renderHook } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { flag, id, integer, list, oneOf, readParams, text, useUrlState, writeParams } from "./url-state";

vi.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams(location.search) }));

const PARAMS = {
  q: text(),
  id: id(),
  page: integer(1, { min: 1 }),
  open: flag(),
  status: oneOf(["running", "failed"], null),
  tags: list(),
};

describe("reading", () => {
  it("gives what the address says, and the fallback for what it does not", () => {
    expect(readParams(PARAMS, "?q=notice&page=3&open=1&status=failed&tags=a,b")).toEqual({
      q: "notice",
      id: null,
      page: 3,
      open: true,
      status: "failed",
      tags: ["a", "b"],
    });
    expect(readParams(PARAMS, "")).toEqual({ q: "", id: null, page: 1, open: false, status: null, tags: [] });
  });

  it.each(["?page=x", "?page=0", "?page=-2", "?page=1e3", "?page=99999999999999999"])(
    "takes the fallback for %s",
    (search) => expect(readParams(PARAMS, search).page).toBe(1),
  );

  it("takes no word that is none of the choices", () => {
    expect(readParams(PARAMS, "?status=constructor").status).toBeNull();
  });
});

describe("writing", () => {
  it("changes what is named and leaves the rest, also what is not ours", () => {
    expect(writeParams(PARAMS, "?q=a&page=2&other=1", { page: 5 })).toBe("?q=a&page=5&other=1");
  });

  it("leaves out what is as it would be anyway", () => {
    expect(writeParams(PARAMS, "?q=a&page=2&id=x&tags=a", { q: "", page: 1, id: null, tags: [] })).toBe("");
  });

  it("is read as it was written", () => {
    const values = {
      q: "a & b = ü",
      id: "665f",
      page: 7,
      open: true,
      status: "running",
      tags: ["x", "y"],
    } as const;
    expect(readParams(PARAMS, writeParams(PARAMS, "", values))).toEqual(values);
  });
});

describe("useUrlState", () => {
  beforeEach(() => history.replaceState(null, "", "/jobs/?q=a"));

  it("changes the address, and two changes at once are both made", () => {
    const { result } = renderHook(() => useUrlState(PARAMS));
    act(() => {
      result.current[1]({ page: 2 });
      result.current[1]({ status: "failed" });
    });
    expect(location.search).toBe("?q=a&page=2&status=failed");
  });

  it("adds an entry to the history only when asked to", () => {
    const { result } = renderHook(() => useUrlState(PARAMS));
    const before = history.length;
    act(() => result.current[1]({ q: "b" }));
    expect(history.length).toBe(before);
    act(() => result.current[1]({ id: "665f" }, { history: "push" }));
    expect(history.length).toBe(before + 1);
  });
});

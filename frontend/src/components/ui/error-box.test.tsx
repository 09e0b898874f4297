import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/lib/api/problem";
import { ErrorBox } from "./error-box";

describe("ErrorBox", () => {
  afterEach(cleanup);

  it("says what failed, why, and under which id to ask", () => {
    const problem = new Problem(409, "legal-hold", "It is held", "Lift the hold first.", "r1");
    render(<ErrorBox error={problem} what="The document was not deleted" />);
    const text = screen.getByRole("alert").textContent;
    for (const part of ["The document was not deleted", "Lift the hold first.", "legal-hold", "r1"]) {
      expect(text).toContain(part);
    }
    expect(screen.queryByRole("button", { name: "Retry" })).toBeNull();
  });

  it("lets retry at once, or when the server has said", () => {
    vi.useFakeTimers();
    const retry = vi.fn();
    const problem = new Problem(429, "too-many-requests", "Too many requests", "Wait.", null, 2);
    render(<ErrorBox error={problem} what="Not asked" onRetry={retry} />);
    expect(screen.getByRole("button", { name: "Retry in 0:02" })).toHaveProperty("disabled", true);
    act(() => vi.advanceTimersByTime(2100));
    fireEvent.click(screen.getByRole("button", { name: "Retry" }));
    expect(retry).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });
});

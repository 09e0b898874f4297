import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Execution } from "../execution";
import { Result } from "./result";

vi.mock("next/navigation", async () => {
  const { useSyncExternalStore } = await import("react");
  const watch = (changed: () => void) => {
    addEventListener("address", changed);
    return () => removeEventListener("address", changed);
  };
  return { useSearchParams: () => new URLSearchParams(useSyncExternalStore(watch, () => location.search)) };
});

/** As Next.js does: what changes the address tells the page. */
beforeEach(() => {
  for (const how of ["pushState", "replaceState"] as const) {
    const change = history[how].bind(history);
    vi.spyOn(history, how).mockImplementation((...to) => {
      change(...to);
      dispatchEvent(new Event("address"));
    });
  }
  Element.prototype.scrollIntoView = () => {};
});
afterEach(cleanup);

const SOURCES = 150;

function resultOf(markdown: string): Execution {
  const citations = Array.from({ length: SOURCES }, (_, index) => ({
    n: index + 1,
    document_title: "lease",
    quote: `Clause ${index + 1}.`,
    verified: true,
  }));
  const step = { name: "file", type: "export", status: "completed", input_data: { title: "Memo", markdown } };
  return { execution_id: "1", steps: [step], files: [], output_data: { citations } } as unknown as Execution;
}

test("a mark leads to its source, also to one of those that are not shown at first", async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Result run={resultOf("The first [2], and the last but one [149].")} />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByRole("link", { name: "[2]" }));
  await waitFor(() => expect(document.activeElement?.id).toBe("source-2"));
  fireEvent.mouseDown(screen.getByRole("tab", { name: "Result" }), { button: 0 });
  fireEvent.click(await screen.findByRole("link", { name: "[149]" }));
  await waitFor(() => expect(document.activeElement?.id).toBe("source-149"));
});

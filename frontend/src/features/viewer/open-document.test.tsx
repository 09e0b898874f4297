import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { $api, type Schemas } from "@/lib/api/client";
import { OpenDocument } from "./open-document";

const marks = new Map<string, Set<Range>>();

class Marked extends Set<Range> {
  constructor(...ranges: Range[]) {
    super(ranges);
  }
}

beforeEach(() => {
  marks.clear();
  vi.stubGlobal("CSS", { highlights: marks });
  vi.stubGlobal("Highlight", Marked);
});
afterEach(cleanup);

function renderWith(text: string, highlight?: { quote: string; page: number }): void {
  const document = {
    id: "a".repeat(24),
    title: "lease",
    file_type: "txt",
    page_count: 1,
    ocr_pages: [],
    textless_pages: [],
  } as unknown as Schemas["DocumentOut"];
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const path = { document_id: document.id, number: 1 };
  const options = $api.queryOptions("get", "/api/v1/documents/{document_id}/pages/{number}", {
    params: { path },
  });
  queries.setQueryData(options.queryKey, { text } as never);
  render(
    <QueryClientProvider client={queries}>
      <OpenDocument document={document} highlight={highlight} />
    </QueryClientProvider>,
  );
}

async function find(words: string): Promise<HTMLElement> {
  fireEvent.keyDown(screen.getByRole("region", { name: /^Source/ }), { key: "f", ctrlKey: true });
  const box = await screen.findByRole("textbox", { name: "Find in this document" });
  fireEvent.change(box, { target: { value: words } });
  return box;
}

test("the page has the focus when the search is closed, also below the words of a lost passage", async () => {
  renderWith("Notice is thirty days.", { quote: "The rent is due monthly.", page: 1 });
  expect(screen.getByRole("region", { name: "The words that were quoted" })).toBeTruthy();
  fireEvent.keyDown(await find("notice"), { key: "Escape" });
  expect(document.activeElement).toBe(screen.getByRole("region", { name: "Text of page 1" }));
});

test("what is searched for is not marked in what is said of an empty page", async () => {
  renderWith("");
  await find("words");
  await waitFor(() => expect(screen.getByText("Not found")).toBeTruthy());
  expect(marks.get("found")?.size ?? 0).toBe(0);
});

test("a passage is told not to be on an empty page", () => {
  renderWith("", { quote: "words on this page", page: 1 });
  expect(screen.getByText("Passage not located on this page")).toBeTruthy();
});

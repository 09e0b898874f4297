import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { NoteField } from "./note-field";

const sent = vi.fn<(request: Request) => Promise<Response>>();
vi.mock("@/lib/api/fetching", async (original) => ({
  ...(await original<object>()),
  authorizedFetch: (request: Request) => sent(request),
}));

afterEach(() => {
  cleanup();
  localStorage.clear();
  sent.mockReset();
});

function shown(): HTMLTextAreaElement {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <NoteField conversationId="c" />
    </QueryClientProvider>,
  );
  return screen.getByLabelText("New note");
}

test("Enter begins a line, and with Ctrl saves what was written, which leaves the field", async () => {
  sent.mockImplementation(async () => Response.json({ id: "n" }, { status: 201 }));
  const field = shown();
  fireEvent.change(field, { target: { value: " Call the clerk \n" } });
  fireEvent.keyDown(field, { key: "Enter" });
  expect(sent).not.toHaveBeenCalled();
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  await waitFor(() => expect(field.value).toBe(""));
  expect(sent).toHaveBeenCalledOnce();
  expect(await sent.mock.calls[0]?.[0].json()).toEqual({ content: "Call the clerk" });
});

test("what was not saved stays, also over a reload, and is tried again", async () => {
  sent.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  const field = shown();
  fireEvent.change(field, { target: { value: "Call the clerk" } });
  fireEvent.keyDown(field, { key: "Enter", metaKey: true });
  await screen.findByText("The note was not saved");
  cleanup();
  sent.mockImplementation(async () => Response.json({ id: "n" }, { status: 201 }));
  const again = shown();
  expect(again.value).toBe("Call the clerk");
  fireEvent.keyDown(again, { key: "Enter", ctrlKey: true });
  await waitFor(() => expect(again.value).toBe(""));
});

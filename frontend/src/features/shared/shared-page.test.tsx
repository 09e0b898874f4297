import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { problemFromParts } from "@/lib/api/problem";
import { makeQueryClient } from "@/lib/query-client";
import { SharedPage } from "./shared-page";

const COUNT = 60; // messages, of which 50 come at once
const asked: string[] = [];
let isOpen = true;

vi.mock("@/lib/api/fetching", async (original) => ({
  ...(await original<object>()),
  anonymousFetch: async ({ url }: Request) => {
    const { pathname, searchParams } = new URL(url);
    const start = Number(searchParams.get("start"));
    asked.push(`${pathname} ${start}`);
    if (!isOpen) throw problemFromParts(404, "", () => null);
    const end = Math.min(COUNT, start + Number(searchParams.get("limit")));
    const messages = Array.from({ length: end - start }, (_, index) => question(start + index));
    const next = end < COUNT ? end : null;
    const at = "2026-11-22T08:00:00Z";
    return Response.json({
      title: "Rent",
      created_at: at,
      expires_at: at,
      message_count: COUNT,
      messages,
      next,
    });
  },
}));

function question(number: number) {
  const said = {
    role: "user",
    content: `Question ${number}`,
    status: "complete",
    citations: [],
    failing: null,
  };
  return { id: `m${number}`, parent_id: null, created_at: "2026-11-22T08:00:00Z", ...said };
}

function show(hash: string) {
  location.hash = hash;
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <SharedPage />
    </QueryClientProvider>,
  );
}

afterEach(() => {
  cleanup();
  asked.length = 0;
  isOpen = true;
});

test("the rest is loaded when it is asked for", async () => {
  show("#token=t.s");
  expect(await screen.findByText("Question 49")).toBeTruthy();
  expect(screen.queryByText("Question 50")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Question 59")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  expect(asked).toEqual(["/api/v1/chat/shared/t.s 0", "/api/v1/chat/shared/t.s 50"]);
});

test("nothing stays to be read of a link that was taken back meanwhile", async () => {
  show("#token=t.s");
  expect(await screen.findByText("Question 0")).toBeTruthy();
  isOpen = false;
  fireEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("heading", { name: "There is nothing at this link" })).toBeTruthy();
  expect(screen.queryByText("Question 0")).toBeNull();
});

test("an address without a token asks for nothing", async () => {
  show("");
  expect(await screen.findByRole("heading", { name: "This link is not complete" })).toBeTruthy();
  expect(asked).toEqual([]);
});

import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { subjectWords } from "./job-words";
import { knownName } from "./known-name";

const DOCUMENT = { type: "document", id: "665f1c2ab7e4d1a2c3b4d5e6" };

test("a subject is called as another page has read it, alone or in a list", () => {
  const queries = new QueryClient();
  expect(knownName(queries, DOCUMENT)).toBeUndefined();
  const items = [{ id: DOCUMENT.id, original_filename: "lease.pdf" }];
  queries.setQueryData(["get", "/api/v1/documents", {}], {
    pages: [{ items: [] }, { items }],
    pageParams: [],
  });
  queries.setQueryData(["get", "/api/v1/chat/conversations", {}], { items: [{ id: "c", title: "Rent" }] });
  const run = { execution_id: "r", title: "NDA check" };
  queries.setQueryData(["get", "/api/v1/workflows/executions/{execution_id}", { r: 1 }], run);
  expect(knownName(queries, DOCUMENT)).toBe("lease.pdf");
  expect(knownName(queries, { type: "conversation", id: "c" })).toBe("Rent");
  expect(knownName(queries, { type: "execution", id: "r" })).toBe("NDA check");
  expect(knownName(queries, { type: "execution", id: "another" })).toBeUndefined();
  expect(knownName(queries, { type: "mail", id: "c" })).toBeUndefined();
});

test("without a name it is said in words, and never by its id", () => {
  const types = [
    "document",
    "execution",
    "conversation",
    "analysis",
    "brief",
    "tenant",
    "user",
    "webhook_hop",
    "",
  ];
  const words = types.map((type) => subjectWords({ type, id: DOCUMENT.id }).label);
  const named = ["Document", "Workflow run", "Conversation", "Analysis", "Brief", "Firm", "Person"];
  expect(words).toEqual([...named, "Webhook hop", "Something"]);
});

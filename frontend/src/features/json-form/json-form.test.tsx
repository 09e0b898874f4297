import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { makeQueryClient } from "@/lib/query-client";
import { JsonForm } from "./json-form";
import type { FieldErrors, FormSchema, FormValues } from "./schema";
import { initialValues } from "./values";

afterEach(cleanup);

const SCHEMA: FormSchema = {
  type: "object",
  required: ["question"],
  properties: {
    question: { type: "string", title: "Question", maxLength: 1500, description: "One question." },
    review: { type: "boolean", title: "Wait for approval", default: true },
    days: { type: "integer", title: "Days", default: 7 },
    topics: { type: "array", title: "Topics", items: { type: "string" }, default: ["fees", "term"] },
    rules: {
      type: "array",
      title: "Rules",
      items: { type: "object", properties: { topic: { type: "string", title: "Rule" } } },
      default: [{ topic: "How long" }],
    },
    odd: { title: "Odd", anyOf: [] } as FormSchema,
  },
};

let values: FormValues = {};

function Form({ errors = {} }: { errors?: FieldErrors }) {
  const [held, setHeld] = useState(() => initialValues(SCHEMA));
  values = held;
  return (
    <QueryClientProvider client={makeQueryClient()}>
      <JsonForm schema={SCHEMA} values={held} errors={errors} onChange={setHeld} />
    </QueryClientProvider>
  );
}

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

test("draws each kind of field with its default and its help, and gives back what is written", () => {
  render(<Form />);
  const question = screen.getByRole("textbox", { name: "Question" });
  expect(question.tagName).toBe("TEXTAREA");
  expect(question.getAttribute("aria-describedby")).toBeTruthy();
  type(question, "May it end?");
  type(screen.getByRole("spinbutton", { name: /Days/ }), "14");
  fireEvent.click(screen.getByRole("checkbox", { name: "Wait for approval" }));
  type(screen.getByRole("textbox", { name: /Odd/ }), '{"a": 1}');
  expect(values).toMatchObject({ question: "May it end?", days: 14, review: false, odd: { a: 1 } });
});

test("adds, changes and removes the texts of a list", () => {
  render(<Form />);
  fireEvent.click(screen.getByRole("button", { name: /Add another to Topics/ }));
  type(screen.getByRole("textbox", { name: "Topics 3" }), "liability");
  fireEvent.click(screen.getByRole("button", { name: "Remove Topics 1" }));
  expect(values.topics).toEqual(["term", "liability"]);
});

test("unfolds a row, and any that something is wrong in", () => {
  const { rerender } = render(<Form />);
  expect(screen.queryByRole("textbox", { name: /Rule/ })).toBeNull();
  rerender(<Form errors={{ "rules.0.topic": "Fill this in." }} />);
  type(screen.getByRole("textbox", { name: /Rule/ }), "How short");
  expect(screen.getByText("Fill this in.")).toBeTruthy();
  expect(values.rules).toEqual([{ topic: "How short" }]);
});

import { describe, expect, test } from "vitest";
import { Problem } from "@/lib/api/problem";
import { errorsWithin, inOrder, nameOfPath } from "./errors";
import { type FormSchema, fieldsOf, kindOf } from "./schema";
import { faultsOf } from "./validate";
import { cleaned, initialValues } from "./values";

const DOCUMENT: FormSchema = { type: "string", format: "document-id", title: "Contract" };
const RULE: FormSchema = {
  type: "object",
  required: ["topic", "position"],
  properties: {
    topic: { type: "string", title: "Rule", minLength: 2 },
    position: { type: "string", title: "Our position" },
    importance: { type: "string", enum: ["must", "should"], default: "must" },
  },
};
const SCHEMA: FormSchema = {
  type: "object",
  required: ["document"],
  properties: {
    document: DOCUMENT,
    client: { type: "string", maxLength: 5, default: "" },
    questions: {
      type: "array",
      minItems: 0,
      items: { type: "string", minLength: 3 },
      default: ["Who pays?"],
    },
    from_date: { type: "string", format: "date" },
    days: { type: "integer", minimum: 0, default: 7 },
    playbook: { type: "array", title: "Playbook", minItems: 1, items: RULE, default: [] },
  },
};

describe("kinds of fields", () => {
  test("are told by type, format and hints", () => {
    expect(fieldsOf(SCHEMA).map(({ kind }) => kind)).toEqual([
      "document",
      "text",
      "texts",
      "date",
      "number",
      "rows",
    ]);
    expect(kindOf({ type: "string", "x-lines": 6 })).toBe("lines");
    expect(kindOf({ type: "array", items: DOCUMENT })).toBe("documents");
    expect(kindOf({ type: "array", items: { enum: ["a", "b"] } })).toBe("choices");
  });

  test("are JSON where nothing else fits", () => {
    expect(kindOf({})).toBe("json");
    expect(kindOf({ type: ["string", "null"] })).toBe("json");
    expect(kindOf({ type: "array", items: { type: "object", properties: { inner: SCHEMA } } })).toBe("json");
  });
});

describe("values", () => {
  test("begin with the defaults, and take over what still fits", () => {
    const values = initialValues(SCHEMA, { document: "d1", questions: "not a list", other: 1 });
    expect(values).toMatchObject({ document: "d1", questions: ["Who pays?"], days: 7, from_date: "" });
    expect(values).not.toHaveProperty("other");
  });

  test("are sent without what was left empty", () => {
    const values = { ...initialValues(SCHEMA), questions: [" Who? ", ""], playbook: [initialValues(RULE)] };
    expect(cleaned(SCHEMA, values)).toEqual({ client: "", questions: ["Who?"], days: 7, playbook: [] });
  });

  test("keep a list that was emptied on purpose", () => {
    expect(cleaned(SCHEMA, { ...initialValues(SCHEMA), questions: [] }).questions).toEqual([]);
  });
});

describe("faults", () => {
  const good = { document: "d", playbook: [{ topic: "Term", position: "None" }] };

  test("are none for what fits", () => {
    expect(faultsOf(SCHEMA, good)).toEqual({});
  });

  test("stand at their fields, in words", () => {
    const value = { client: "too long", days: -1.5, questions: ["a"], playbook: [{ topic: "T" }] };
    expect(faultsOf(SCHEMA, value)).toEqual({
      document: "Choose a document.",
      client: "Write at most 5 characters.",
      days: "This should be a whole number.",
      "questions.0": "Write at least 3 characters.",
      "playbook.0.position": "Fill this in.",
      "playbook.0.topic": "Write at least 2 characters.",
    });
  });

  test("tell of empty lists and of dates that do not exist", () => {
    expect(faultsOf(SCHEMA, { ...good, playbook: [], from_date: "2026-02-31" })).toEqual({
      playbook: "Add at least one.",
      from_date: "This is not a date.",
    });
  });
});

test("the server's faults are found at their fields, in the order of the form", () => {
  const problem = new Problem(422, "invalid", "", "", null, null, {
    "input_data.playbook.0.topic": "Too short.",
    "input_data.document": "Choose one.",
    "budget.max_tokens": "Too low.",
  });
  const errors = errorsWithin(problem, "input_data");
  expect(inOrder(SCHEMA, errors).map(([path]) => path)).toEqual(["document", "playbook.0.topic"]);
  expect(nameOfPath(SCHEMA, "playbook.0.topic")).toBe("Playbook, 1, Rule");
  expect(errorsWithin(problem, "budget")).toEqual({ max_tokens: "Too low." });
});

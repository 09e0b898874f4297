import { describe, expect, test } from "vitest";
import { budgetFaults, budgetOf, NO_BUDGET } from "./budget";
import { cronInWords, cronOf } from "./cron";
import { afterEvent, approvals, type Execution, endsRun, type Step } from "./execution";
import { findingsOf, paperOf, sourcesOf, withMarks } from "./result/paper";
import { columnsOf, isFlat } from "./result/shapes";
import { textsOf, withTexts } from "./run/editing";
import { asksFor, filesOf, matching, successInWords, type Template } from "./template";

const TEMPLATE = {
  title: "Contract review",
  name: "contract-review",
  description: "Reads one contract.",
  category: "contracts",
  usage_count: 0,
  success_rate: null,
  definition: {
    steps: [
      { name: "file", type: "export", input: { format: "{{ input.file_format }}" } },
      { name: "calendar", type: "export", input: { format: "ics" } },
      { name: "read", type: "document_analysis" },
    ],
  },
  input_schema: {
    required: ["document"],
    properties: {
      document: { type: "string", format: "document-id", title: "Contract" },
      file_format: { type: "string", enum: ["docx", "pdf"] },
    },
  },
} as unknown as Template;

describe("a template", () => {
  test("tells what it asks for and gives", () => {
    expect(asksFor(TEMPLATE)).toEqual(["Contract"]);
    expect(filesOf(TEMPLATE)).toEqual(["Word (.docx)", "PDF", "Calendar (.ics)"]);
  });

  test("has no success rate before it was run", () => {
    expect(successInWords(TEMPLATE)).toBe("not run here yet");
    expect(successInWords({ ...TEMPLATE, usage_count: 4, success_rate: 0.75 })).toBe(
      "run 4 times, 75% succeeded",
    );
  });

  test("is found by all of the words, in any order", () => {
    expect(matching([TEMPLATE], "review CONTRACT", null)).toHaveLength(1);
    expect(matching([TEMPLATE], "review lease", null)).toHaveLength(0);
    expect(matching([TEMPLATE], "", "litigation")).toHaveLength(0);
  });
});

describe("a budget", () => {
  test("is null where nothing is limited", () => {
    expect(budgetOf(NO_BUDGET)).toBeNull();
  });

  test("is sent in seconds, and read with commas", () => {
    const text = { max_tokens: "20,000", max_cost_usd: "", max_minutes: "1.5" };
    expect(budgetOf(text)).toEqual({ max_tokens: 20_000, max_cost_usd: null, max_seconds: 90 });
  });

  test("is a number above nothing", () => {
    expect(Object.keys(budgetFaults({ max_tokens: "1.5", max_cost_usd: "0", max_minutes: "soon" }))).toEqual([
      "max_tokens",
      "max_cost_usd",
      "max_minutes",
    ]);
  });
});

describe("a time table", () => {
  const plan = { at: "08:05", weekday: 7, monthDay: 15 };

  test.each([
    ["day", "5 8 * * *", "Every day at 08:05"],
    ["weekday", "5 8 * * 1-5", "Monday to Friday at 08:05"],
    ["week", "5 8 * * 7", "Every Sunday at 08:05"],
    ["month", "5 8 15 * *", "On day 15 of each month at 08:05"],
  ] as const)("for every %s is %s", (every, cron, words) => {
    expect(cronOf({ ...plan, every })).toBe(cron);
    expect(cronInWords(cron)).toBe(words);
  });

  test("is not explained when it is not one of ours", () => {
    expect(cronInWords("*/10 8 * * *")).toBeNull();
    expect(cronInWords("5 8 1 * 1")).toBeNull();
    expect(cronInWords("0 8 * * 0")).toBe("Every Sunday at 08:00");
  });
});

describe("the events of a run", () => {
  const usage = { calls: 1, prompt_tokens: 0, completion_tokens: 0, total_tokens: 5, cost_usd: 0.1 };
  const run = {
    status: "running",
    steps: [{ name: "a", index: 0, status: "running", progress: 0, output_data: "kept", usage }],
  } as unknown as Execution;
  const told = { current_step: "a", progress_percentage: 50, error_message: null, error_step: null };
  const step = { name: "a", index: 0, attempt: 1, stage: "2 of 4", error: null, total_tokens: 9 };

  test("change what they tell and nothing else", () => {
    const data = {
      execution: { status: "waiting" as const, ...told },
      steps: [{ ...step, status: "waiting" as const, progress: 0.5 }],
    };
    const after = afterEvent(run, { event: "progress", data });
    expect(after.steps[0]).toMatchObject({
      status: "waiting",
      output_data: "kept",
      usage: { total_tokens: 9, calls: 1 },
    });
    expect(run.steps[0]?.status).toBe("running");
    expect(endsRun({ event: "progress", data })).toBe(false);
  });

  test("end with the run", () => {
    const data = { execution: { status: "failed" as const, ...told }, steps: [] };
    expect(endsRun({ event: "execution", data })).toBe(true);
    expect(endsRun({ event: "snapshot", data: { ...run, status: "completed" } })).toBe(true);
    expect(endsRun({ event: "error", data: {} })).toBe(false);
  });

  test("a person is asked only by steps that wait for an approval", () => {
    const steps = [
      { status: "waiting", waiting_for: { kind: "job" } },
      { status: "waiting", waiting_for: { kind: "approval" } },
    ] as unknown as Step[];
    expect(approvals({ ...run, steps })).toHaveLength(1);
  });
});

describe("a result", () => {
  test("is read as the paper that its file was made of", () => {
    const paper = paperOf({
      title: "Memo",
      markdown: "First.",
      sections: [{ heading: "A", markdown: "" }],
      notes: ["n"],
    });
    expect(paper?.sections).toEqual([{ heading: "", markdown: "First." }]);
    expect(paperOf({ title: "Deadlines", events: [] })).toBeNull();
  });

  test("gives its marks a way to their sources, and leaves other brackets alone", () => {
    expect(withMarks("So [2]; see [3], [2](x) and [***].", new Set([2]))).toBe(
      "So [\\[2\\]](#source-2); see [3], [2](x) and [***].",
    );
  });

  test("has its citations in order, whatever they lack", () => {
    const rows = [
      {
        n: 2,
        document_id: "d",
        document_title: "Lease",
        page_start: 4,
        quote: "q",
        verified: true,
        verdict: "exact",
      },
      { n: 1 },
    ];
    const [first, second] = sourcesOf({ citations: rows });
    expect(first).toMatchObject({ n: 1, document_id: null, page: null, verified: null });
    expect(second).toMatchObject({ n: 2, page: 4, verdict: "exact" });
  });

  test("shows as findings what has no place of its own", () => {
    const output = { citations: [], notes: [], file: { file_id: "1" }, risks: [1] };
    expect(findingsOf(output)).toEqual({ risks: [1] });
    expect(findingsOf("done")).toEqual({ result: "done" });
  });

  test("has rows where records are flat, without ids and empty columns", () => {
    expect(isFlat({ n: 1, not_verified: [] })).toBe(true);
    expect(isFlat({ n: 1, inner: { a: 1 } })).toBe(false);
    expect(columnsOf([{ text: "t", document_id: "d", n: 1, kind: null }])).toEqual(["n", "text"]);
  });
});

test("the texts of a paper are edited in a copy", () => {
  const value = {
    sections: [
      { heading: "Facts", markdown: "Old" },
      { heading: "Empty", markdown: "" },
    ],
    notes: [],
  };
  const texts = textsOf(value);
  expect(texts).toEqual([{ path: ["sections", 0, "markdown"], label: "Facts", text: "Old" }]);
  const edited = withTexts(
    value,
    (texts ?? []).map((part) => ({ ...part, text: "New" })),
  );
  expect(edited).toMatchObject({ sections: [{ markdown: "New" }, { markdown: "" }] });
  expect(value.sections[0]?.markdown).toBe("Old");
  expect(textsOf({ answer: "x" })).toBeNull();
});

import { expect, test } from "vitest";
import type { Execution, Step } from "./execution";
import { lookOfRun, lookOfStep } from "./execution-status";
import { rejectionOf } from "./rejection";

const NO = { approved: false, comment: "Cite the lease.", by: "u1", at: "2026-11-20T09:00:00Z" };

function run(output: unknown, status = "completed"): Execution {
  const review = { name: "review", type: "approval", status: "completed", output_data: output };
  const isNo = (output as typeof NO | null)?.approved === false;
  return {
    status,
    rejected_step: isNo ? "review" : null,
    steps: [{ name: "draft", type: "llm", status: "completed" }, review],
  } as never;
}

test("a run that was approved, or in which nobody was asked, is completed", () => {
  expect(rejectionOf(run({ ...NO, approved: true }))).toBeNull();
  expect(rejectionOf(run(null))).toBeNull();
  expect(lookOfRun(run({ ...NO, approved: true })).label).toBe("Completed");
});

test("a rejected one says so, with the comment, and who has to be told", () => {
  expect(rejectionOf(run(NO))).toMatchObject({ comment: "Cite the lease.", at: NO.at, wasDecided: true });
  expect(rejectionOf(run({ ...NO, by: null, comment: "" }))).toMatchObject({ wasDecided: false });
  expect(lookOfRun(run(NO)).label).toBe("Rejected");
  expect(lookOfStep(run(NO).steps[1] as Step).label).toBe("Rejected");
});

test("a list, which has no steps, says the same", () => {
  expect(lookOfRun({ status: "completed", rejected_step: "review" }).label).toBe("Rejected");
  expect(lookOfRun({ status: "completed", rejected_step: null }).label).toBe("Completed");
  expect(lookOfRun({ status: "running", rejected_step: "review" }).label).toBe("Running");
});

test("one that goes on, or failed, has its own state", () => {
  expect(lookOfRun(run(NO, "running")).label).toBe("Running");
  expect(lookOfRun(run(NO, "failed")).label).toBe("Failed");
});

import type { Execution, Listed, Step } from "./execution";

/** Somebody said no, or nobody decided in time. */
export interface Rejection {
  step: Step;
  comment: string;
  at: string | null;
  wasDecided: boolean;
}

/** Of a run that came to its end all the same. */
export function rejectionOf(run: Execution): Rejection | null {
  const step = run.steps.find(({ name }) => name === rejectedStep(run));
  if (!step) return null;
  const { comment, at, by } = (step.output_data ?? {}) as Record<string, unknown>;
  return { step, comment: text(comment), at: text(at) || null, wasDecided: by !== null };
}

/** As a list knows it too, which has no steps. */
export function rejectedStep({
  status,
  rejected_step,
}: Pick<Listed, "status" | "rejected_step">): string | null {
  return status === "completed" ? rejected_step : null;
}

export function isRejected({ type, status, output_data }: Step): boolean {
  if (type !== "approval" || status !== "completed") return false;
  return (
    typeof output_data === "object" && (output_data as { approved?: unknown } | null)?.approved === false
  );
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

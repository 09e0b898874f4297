import { $api, type Schemas } from "@/lib/api/client";

export type Execution = Schemas["ExecutionOut"];
export type Listed = Schemas["ExecutionListed"];
export type Step = Execution["steps"][number];
type State = Schemas["ExecutionStatus"];

export function executionOptions(id: string) {
  return $api.queryOptions("get", "/api/v1/workflows/executions/{execution_id}", {
    params: { path: { execution_id: id } },
  });
}

export function runAddress(id: string): string {
  return `/workflows/run/?id=${encodeURIComponent(id)}`;
}

export function isOver(status: State): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** What the stream tells: the states that one change has made. */
interface Change {
  execution: Pick<
    Execution,
    "status" | "current_step" | "progress_percentage" | "error_message" | "error_step"
  >;
  steps: (Pick<Step, "name" | "index" | "status" | "attempt" | "progress" | "stage" | "error"> & {
    total_tokens: number;
  })[];
}

export type ExecutionEvent =
  | { id?: string; event: "snapshot"; data: Execution }
  | { id?: string; event: "execution" | "step" | "progress" | "usage"; data: Change }
  | { id?: string; event: "error"; data: unknown };

/** The state after an event. Times, outputs and costs are not in events; they are asked for when a step has ended. */
export function afterEvent(before: Execution, event: ExecutionEvent): Execution {
  if (event.event === "snapshot") return event.data;
  if (event.event === "error") return before;
  const steps = [...before.steps];
  for (const { total_tokens, ...told } of event.data.steps) {
    const step = steps[told.index];
    if (step) steps[told.index] = { ...step, ...told, usage: { ...step.usage, total_tokens } };
  }
  return { ...before, ...event.data.execution, steps };
}

export function endsRun(event: ExecutionEvent): boolean {
  if (event.event === "error") return false;
  return isOver(event.event === "snapshot" ? event.data.status : event.data.execution.status);
}

export function stepTitle(step: Pick<Step, "name" | "title">): string {
  return step.title ?? step.name.replaceAll("_", " ");
}

/** Those that a person has to decide now. */
export function approvals({ steps }: Execution): Step[] {
  return steps.filter(({ status, waiting_for }) => status === "waiting" && waiting_for?.kind === "approval");
}

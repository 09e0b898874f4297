"use client";

import { ErrorBox } from "@/components/ui/error-box";
import { Progress } from "@/components/ui/progress";
import type { StreamState } from "@/lib/api/events";
import type { Problem } from "@/lib/api/problem";
import { formatPercent } from "@/lib/format";
import { approvals, type Execution, isOver, stepTitle } from "../execution";
import { lookOfRun } from "../execution-status";
import { rejectionOf } from "../rejection";
import { Result } from "../result/result";
import { Approval } from "./approval";
import { Failure } from "./failure";
import { Rejected } from "./rejected";
import { RunFacts } from "./run-facts";
import { RunLog } from "./run-log";
import { Steps } from "./steps";

interface RunViewProps {
  run: Execution;
  stream: { state: StreamState; problem: Problem | null };
}

export function RunView({ run, stream }: RunViewProps) {
  const asked = approvals(run);
  const rejection = rejectionOf(run);
  const hasMain = asked.length > 0 || run.status === "completed" || run.status === "failed";
  return (
    <div className="mx-auto max-w-7xl space-y-6">
      <p className="sr-only" aria-live="polite">
        {asked.length > 0 ? "Waiting for approval" : lookOfRun(run).label}
      </p>
      {!isOver(run.status) && <UnderWay run={run} stream={stream} />}
      <div className={hasMain ? "grid gap-8 xl:grid-cols-[minmax(0,1fr)_22rem]" : "grid max-w-3xl gap-8"}>
        {hasMain && (
          <div className="min-w-0 space-y-6">
            {run.status === "failed" && <Failure run={run} />}
            {asked.map((step) => (
              <Approval key={step.name} run={run} step={step} />
            ))}
            {rejection && <Rejected rejection={rejection} />}
            {run.status === "completed" && <Result run={run} />}
          </div>
        )}
        <div className="min-w-0 space-y-6">
          <Steps run={run} />
          <RunFacts run={run} />
          <RunLog run={run} />
        </div>
      </div>
    </div>
  );
}

function UnderWay({ run, stream }: RunViewProps) {
  const step = run.steps.find(({ name }) => name === run.current_step);
  const fraction = run.progress_percentage / 100;
  return (
    <section aria-label="Progress" className="space-y-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p>
          {step ? (
            <>
              Step {step.index + 1} of {run.total_steps}:{" "}
              <strong className="font-medium">{stepTitle(step)}</strong>
              {step.stage && <span className="text-muted"> ({step.stage})</span>}
            </>
          ) : (
            "It begins as soon as a worker is free."
          )}
        </p>
        <p className="text-muted tabular-nums">{formatPercent(fraction)}</p>
      </div>
      <Progress label="Progress of the run" fraction={fraction} />
      {stream.problem ? (
        <ErrorBox error={stream.problem} what="This run can no longer be followed; reload the page" />
      ) : (
        <p className="text-[0.8125rem] text-muted">
          {stream.state.kind === "waiting"
            ? "The connection was lost; this page catches up as soon as it is back. The run goes on."
            : "You can leave this page; the run goes on."}
        </p>
      )}
    </section>
  );
}

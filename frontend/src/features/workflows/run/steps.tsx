"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Progress } from "@/components/ui/progress";
import { Status } from "@/components/ui/status";
import { cn } from "@/lib/cn";
import { formatDuration, formatMoney, plural } from "@/lib/format";
import { type Execution, type Step, stepTitle } from "../execution";
import { lookOfStep, waitInWords } from "../execution-status";
import { StepDetails } from "./step-details";

export function Steps({ run }: { run: Execution }) {
  return (
    <section aria-labelledby="steps" className="space-y-2">
      <h2 id="steps" className="font-semibold">
        Steps
      </h2>
      <ol className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
        {run.steps.map((step) => (
          <StepRow key={step.name} run={run} step={step} />
        ))}
      </ol>
    </section>
  );
}

function StepRow({ run, step }: { run: Execution; step: Step }) {
  const [isOpen, setOpen] = useState(false);
  const isNotBegun = step.status === "pending" || step.status === "skipped";
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex w-full items-start gap-2 px-3 py-2.5 text-start hover:bg-hover focus-visible:-outline-offset-2"
      >
        <ChevronRight
          aria-hidden
          className={cn("mt-0.5 size-4 shrink-0 text-muted", isOpen && "rotate-90")}
        />
        <span className="min-w-0 flex-1">
          <span className={cn("block", isNotBegun && "text-muted")}>{stepTitle(step)}</span>
          <span className="block text-[0.8125rem] text-muted">{aboutStep(step)}</span>
        </span>
        <Status look={lookOfStep(step)} className="text-[0.8125rem]" />
      </button>
      {step.status === "running" && step.progress > 0 && (
        <Progress label={`Progress of ${stepTitle(step)}`} fraction={step.progress} className="mx-3 mb-2.5" />
      )}
      {step.error && step.status === "failed" && (
        <p className="px-3 pb-2.5 ps-9 text-[0.8125rem] text-bad wrap-anywhere">{step.error.detail}</p>
      )}
      {isOpen && <StepDetails run={run} step={step} />}
    </li>
  );
}

function aboutStep(step: Step): string {
  const { usage } = step;
  const told = [
    step.status === "waiting" ? waitInWords(step) : step.status === "running" && step.stage,
    step.duration_seconds !== null && step.status !== "skipped" && formatDuration(step.duration_seconds),
    step.attempt > 1 && `attempt ${step.attempt}`,
    usage.total_tokens > 0 && plural(usage.total_tokens, "token"),
    usage.calls > 0 && usage.cost_usd !== null && formatMoney(usage.cost_usd),
  ];
  return told.filter(Boolean).join(" · ");
}

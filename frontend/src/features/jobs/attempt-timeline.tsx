"use client";

import { Check, CircleDashed, LoaderCircle } from "lucide-react";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { formatDateTime, formatDuration, formatExactly, plural } from "@/lib/format";
import { type JobDetail, outcomeLook } from "./job-status";

type Entry = JobDetail["timeline"][number];
type Step = Entry["steps"][number];

/** What each attempt did, the latest first. */
export function AttemptTimeline({ job }: { job: JobDetail }) {
  const left = job.step_count - job.steps.length;
  return (
    <section aria-label="Attempts" className="space-y-2">
      <h3 className="font-semibold">Attempts</h3>
      {job.timeline.length === 0 && <p className="text-muted">None has begun yet.</p>}
      <ol className="space-y-4">
        {[...job.timeline].reverse().map((entry) => (
          <AttemptEntry key={entry.attempt?.started_at ?? "before"} entry={entry} />
        ))}
      </ol>
      {left > 0 && <p className="text-muted">{plural(left, "earlier step")} not shown.</p>}
    </section>
  );
}

function AttemptEntry({ entry }: { entry: Entry }) {
  return (
    <li className="space-y-2 border-line border-s-2 ps-3">
      {entry.attempt ? <AttemptHead attempt={entry.attempt} /> : <p className="font-medium">Before that</p>}
      {entry.steps.length > 0 && (
        <ul className="space-y-1">
          {entry.steps.map((step) => (
            <StepLine key={`${step.name} ${step.started_at}`} step={step} />
          ))}
        </ul>
      )}
      {entry.logs.length > 0 && <Lines logs={entry.logs} />}
    </li>
  );
}

function AttemptHead({ attempt }: { attempt: NonNullable<Entry["attempt"]> }) {
  const ran = attempt.ended_at
    ? formatDuration((Date.parse(attempt.ended_at) - Date.parse(attempt.started_at)) / 1000)
    : null;
  const running = { label: "Running", tone: "info", icon: LoaderCircle, isMoving: true } as const;
  return (
    <div>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">Attempt {attempt.number}</span>
        <span className="text-[0.8125rem] text-muted">
          <Time at={attempt.started_at} />
          {ran && ` · ${ran}`}
        </span>
      </p>
      <Status look={attempt.outcome ? outcomeLook[attempt.outcome] : running}>{attempt.error?.detail}</Status>
      <p className="font-mono text-faint text-xs wrap-anywhere">{attempt.worker}</p>
    </div>
  );
}

const STEP_STATES = {
  pending: { icon: CircleDashed, words: "to be repeated" },
  running: { icon: LoaderCircle, words: "running" },
  done: { icon: Check, words: "done" },
} as const;

function StepLine({ step }: { step: Step }) {
  const { icon: Icon, words } = STEP_STATES[step.state];
  const took = step.completed_at && Date.parse(step.completed_at) - Date.parse(step.started_at);
  return (
    <li className="flex gap-2 text-[0.8125rem]">
      <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0 text-muted" />
      <span className="min-w-0 flex-1 wrap-anywhere">
        {readable(step.name)}
        <span className="sr-only">, {words}</span>
        {step.crashes > 0 && <span className="text-warn"> · {plural(step.crashes, "crash", "crashes")}</span>}
      </span>
      <span className="whitespace-nowrap text-muted tabular-nums">
        {typeof took === "number" ? formatDuration(took / 1000) : words}
      </span>
    </li>
  );
}

function readable(name: string): string {
  const words = name.replaceAll("_", " ");
  return words ? words[0]?.toUpperCase() + words.slice(1) : name;
}

function Lines({ logs }: { logs: Entry["logs"] }) {
  return (
    <ol aria-label="Log" className="space-y-1 rounded-md bg-sunken p-2 text-[0.8125rem]">
      {logs.map((line) => (
        <li key={`${line.at} ${line.sentence}`} className="wrap-anywhere">
          <time dateTime={line.at} title={formatExactly(line.at)} className="text-muted tabular-nums">
            {formatDateTime(line.at).slice(-5)}
          </time>{" "}
          {line.sentence}
          {Object.keys(line.fields).length > 0 && (
            <span className="block font-mono text-muted text-xs">{fields(line.fields)}</span>
          )}
        </li>
      ))}
    </ol>
  );
}

function fields(of: Entry["logs"][number]["fields"]): string {
  const word = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.entries(of)
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${word(value)}`)
    .join(" · ");
}

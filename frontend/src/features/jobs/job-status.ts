import { CircleCheck, CircleSlash, CircleX, Clock, LoaderCircle, type LucideIcon } from "lucide-react";
import type { StatusLook } from "@/components/ui/status";
import type { Tone } from "@/components/ui/tone";
import type { Schemas } from "@/lib/api/client";
import { formatPercent } from "@/lib/format";

export type Job = Schemas["JobOut"];
export type JobDetail = Schemas["JobDetail"];
export type JobStatus = Schemas["JobStatus"];
export type Outcome = Schemas["AttemptOutcome"];

export const JOB_STATUSES = ["queued", "running", "completed", "failed", "cancelled"] as const;

export const jobStatus = {
  queued: { label: "Waiting", tone: "muted", icon: Clock },
  running: { label: "Running", tone: "info", icon: LoaderCircle, isMoving: true },
  completed: { label: "Done", tone: "good", icon: CircleCheck },
  failed: { label: "Failed", tone: "bad", icon: CircleX },
  cancelled: { label: "Cancelled", tone: "muted", icon: CircleSlash },
} satisfies Record<JobStatus, StatusLook>;

/** What its state means for this job, in a sentence. */
export function jobSentence(job: Job): string {
  if (job.error && job.status === "failed") return job.error.detail;
  if (job.cancel_requested && job.status === "running") return "It stops as soon as its present step allows.";
  switch (job.status) {
    case "queued":
      return waitingSentence(job);
    case "running":
      return (
        [job.stage, job.progress > 0 && formatPercent(job.progress)].filter(Boolean).join(", ") || "Begun."
      );
    case "completed":
      return "It did all that it had to do.";
    case "cancelled":
      return job.never_started ? "It was stopped before it began." : "It was stopped before it was done.";
    default:
      return "It ended without saying why.";
  }
}

function waitingSentence(job: Job): string {
  if (job.stage) return job.stage;
  if (job.attempts > 0) return "An attempt did not succeed; it is tried again soon.";
  return job.never_started ? "No worker has taken it for over a minute." : "It begins when a worker is free.";
}

export const isUnderWay = (job: Job): boolean => job.status === "queued" || job.status === "running";
export const mayCancel = (job: Job): boolean => isUnderWay(job) && !job.cancel_requested;
export const mayRetry = (job: Job): boolean => job.status === "failed" || job.status === "cancelled";

interface OutcomeLook {
  label: string;
  tone: Tone;
  icon: LucideIcon;
}

/** How an attempt ended; the last four count against nobody. */
export const outcomeLook = {
  completed: { label: "Succeeded", tone: "good", icon: CircleCheck },
  failed: { label: "Failed", tone: "bad", icon: CircleX },
  error: { label: "Broke off, to be tried again", tone: "warn", icon: CircleX },
  timeout: { label: "Took too long", tone: "warn", icon: Clock },
  cancelled: { label: "Cancelled", tone: "muted", icon: CircleSlash },
  crashed: { label: "Its worker died", tone: "warn", icon: CircleX },
  lost: { label: "Its worker lost touch", tone: "muted", icon: CircleSlash },
  released: { label: "Given back: its worker was shut down", tone: "muted", icon: CircleSlash },
  parked: { label: "Set aside to wait", tone: "muted", icon: Clock },
} satisfies Record<Outcome, OutcomeLook>;

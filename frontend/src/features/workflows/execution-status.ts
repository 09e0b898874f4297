import { Ban, CircleCheck, CircleDashed, CircleX, Hourglass, LoaderCircle, SkipForward } from "lucide-react";
import type { StatusLook } from "@/components/ui/status";
import type { Execution, Listed, Step } from "./execution";
import { isRejected, rejectedStep } from "./rejection";

export const executionStatus = {
  pending: { label: "Waiting to begin", tone: "muted", icon: CircleDashed },
  running: { label: "Running", tone: "info", icon: LoaderCircle, isMoving: true },
  waiting: { label: "Waiting", tone: "warn", icon: Hourglass },
  completed: { label: "Completed", tone: "good", icon: CircleCheck },
  failed: { label: "Failed", tone: "bad", icon: CircleX },
  cancelled: { label: "Cancelled", tone: "muted", icon: Ban },
} satisfies Record<Execution["status"], StatusLook>;

export const stepStatus = {
  pending: { label: "To do", tone: "muted", icon: CircleDashed },
  running: { label: "Running", tone: "info", icon: LoaderCircle, isMoving: true },
  waiting: { label: "Waiting", tone: "warn", icon: Hourglass },
  completed: { label: "Done", tone: "good", icon: CircleCheck },
  failed: { label: "Failed", tone: "bad", icon: CircleX },
  skipped: { label: "Not needed", tone: "muted", icon: SkipForward },
  cancelled: { label: "Cancelled", tone: "muted", icon: Ban },
} satisfies Record<Step["status"], StatusLook>;

const rejected: StatusLook = { label: "Rejected", tone: "warn", icon: Ban };

export function lookOfRun(run: Pick<Listed, "status" | "rejected_step">): StatusLook {
  return rejectedStep(run) ? rejected : executionStatus[run.status];
}

export function lookOfStep(step: Step): StatusLook {
  return isRejected(step) ? rejected : stepStatus[step.status];
}

const WAITS = {
  approval: "for somebody's approval",
  job: "for a document to be read",
  time: "to try again",
};

export function waitInWords(step: Step): string | null {
  return step.waiting_for ? `Waiting ${WAITS[step.waiting_for.kind]}` : null;
}

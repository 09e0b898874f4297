"use client";

import { Ban, CircleAlert, CircleCheck, Clock, LoaderCircle } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Progress } from "@/components/ui/progress";
import { Status, type StatusLook } from "@/components/ui/status";
import type { Schemas } from "@/lib/api/client";
import { useLiveJob } from "../use-live-documents";

type Listed = Schemas["AnalysisListed"];

const looks = {
  pending: { label: "Waiting", tone: "muted", icon: Clock },
  running: { label: "Under way", tone: "info", icon: LoaderCircle, isMoving: true },
  completed: { label: "Done", tone: "good", icon: CircleCheck },
  failed: { label: "Failed", tone: "bad", icon: CircleAlert },
  cancelled: { label: "Stopped", tone: "muted", icon: Ban },
} satisfies Record<Listed["status"], StatusLook>;

export function AnalysisState({ analysis }: { analysis: Listed }) {
  const { status, error, stale, job_id } = analysis;
  const job = useLiveJob(job_id);
  const isRunning = status === "running" || (status === "pending" && job?.status === "running");
  return (
    <div className="space-y-1">
      <div className="flex flex-wrap items-center gap-2">
        <Status look={looks[isRunning ? "running" : status]}>{error?.detail}</Status>
        {stale && <Badge tone="warn">The document was read anew since</Badge>}
      </div>
      {isRunning && <Progress label="Analysis" fraction={job && job.progress > 0 ? job.progress : null} />}
    </div>
  );
}

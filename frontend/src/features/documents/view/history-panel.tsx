"use client";

import { Ban, CircleAlert, CircleCheck, Clock, History, LoaderCircle } from "lucide-react";
import Link from "next/link";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Status, type StatusLook } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { $api, type Schemas } from "@/lib/api/client";
import { formatDuration } from "@/lib/format";

type Job = Schemas["JobOut"];

const looks = {
  queued: { label: "Waiting", tone: "muted", icon: Clock },
  running: { label: "Running", tone: "info", icon: LoaderCircle, isMoving: true },
  completed: { label: "Done", tone: "good", icon: CircleCheck },
  failed: { label: "Failed", tone: "bad", icon: CircleAlert },
  cancelled: { label: "Cancelled", tone: "muted", icon: Ban },
} satisfies Record<Job["status"], StatusLook>;

const NAMES: Record<string, string> = {
  "library.ingest": "Reading",
  "library.analyze": "Analysis",
  "library.remove": "Removal",
  "workflows.run": "Workflow",
};

/** The jobs that have worked on it, as far as the reader may see them. */
export function HistoryPanel({ documentId }: { documentId: string }) {
  const jobs = $api.useQuery("get", "/api/v1/jobs", {
    params: { query: { document_id: documentId, limit: 100 } },
  });
  if (jobs.isPending) {
    return (
      <Loading label="Loading the history">
        <SkeletonRows rows={4} />
      </Loading>
    );
  }
  return (
    <div className="p-4">
      {jobs.isError && (
        <ErrorBox error={jobs.error} what="The history could not be loaded" onRetry={jobs.refetch} />
      )}
      {jobs.data?.items.length === 0 && (
        <Empty icon={History} title="No job of yours has worked on it">
          Jobs that other members began are seen by them and by administrators.
        </Empty>
      )}
      <ol className="space-y-2">
        {jobs.data?.items.map((job) => (
          <JobItem key={job.id} job={job} />
        ))}
      </ol>
    </div>
  );
}

function JobItem({ job }: { job: Job }) {
  return (
    <li className="rounded-lg border border-line bg-surface p-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <Link href={`/jobs/?id=${job.id}`} className="font-medium text-accent-text hover:underline">
          {NAMES[job.type] ?? job.type}
        </Link>
        <span className="text-[0.8125rem] text-muted">
          <Time at={job.queued_at} />
        </span>
      </div>
      <Status look={looks[job.status]} className="mt-1">
        {job.error?.detail}
      </Status>
      <p className="mt-1 text-[0.8125rem] text-muted">
        {job.started_at && job.completed_at && `Took ${tookOf(job.started_at, job.completed_at)}`}
        {job.attempts > 1 && ` · ${job.attempts} of ${job.max_attempts} attempts`}
      </p>
    </li>
  );
}

function tookOf(from: string, to: string): string {
  return formatDuration((Date.parse(to) - Date.parse(from)) / 1000);
}

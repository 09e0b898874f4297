"use client";

import { ChevronDown, ChevronUp, Copy, RotateCcw, Square, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { IconButton } from "@/components/ui/icon-button";
import { Progress } from "@/components/ui/progress";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toast";
import { $api } from "@/lib/api/client";
import { copyText } from "@/lib/clipboard";
import { formatDuration } from "@/lib/format";
import type { Act } from "./acts";
import { AttemptTimeline } from "./attempt-timeline";
import { Duration, NamedSubject } from "./job-facts";
import { JobFailure } from "./job-failure";
import { type Job, type JobDetail, jobSentence, jobStatus, mayCancel, mayRetry } from "./job-status";
import { typeWords } from "./job-words";

interface JobPeekProps {
  id: string;
  mayAct: boolean;
  isRetrying: boolean;
  onClose: () => void;
  onMove: (by: 1 | -1) => void;
  onAct: (act: Act, job: Job) => void;
}

/** One job beside the list, which stays usable. */
export function JobPeek(props: JobPeekProps) {
  const { id, onClose, onMove } = props;
  const job = $api.useQuery("get", "/api/v1/jobs/{job_id}", { params: { path: { job_id: id } } });
  return (
    <aside
      aria-label="The job that is open"
      className="flex min-h-0 w-full shrink-0 flex-col border-line bg-surface desk:w-[26rem] desk:border-s xl:w-[30rem]"
    >
      <header className="flex items-center gap-1 border-line border-b py-1.5 ps-4 pe-2">
        <h2 className="min-w-0 flex-1 truncate font-semibold">
          {job.data ? typeWords(job.data.type) : "Job"}
        </h2>
        <IconButton label="Previous job" keys="k" onClick={() => onMove(-1)}>
          <ChevronUp aria-hidden />
        </IconButton>
        <IconButton label="Next job" keys="j" onClick={() => onMove(1)}>
          <ChevronDown aria-hidden />
        </IconButton>
        <IconButton label="Close" keys="escape" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 space-y-5 overflow-y-auto p-4">
        {job.isPending && (
          <Loading label="Loading the job">
            <SkeletonRows className="p-0" />
          </Loading>
        )}
        {job.isError && (
          <ErrorBox error={job.error} what="The job could not be loaded" onRetry={job.refetch} />
        )}
        {job.data && <Details job={job.data} {...props} />}
      </div>
    </aside>
  );
}

function Details({ job, mayAct, isRetrying, onAct }: JobPeekProps & { job: JobDetail }) {
  return (
    <>
      <Status look={jobStatus[job.status]}>{job.status !== "failed" && jobSentence(job)}</Status>
      {job.status === "running" && (
        <Progress label={job.stage ?? "Progress"} fraction={job.progress > 0 ? job.progress : null} />
      )}
      {job.error && <JobFailure job={job} error={job.error} />}
      {mayAct && (mayCancel(job) || mayRetry(job)) && (
        <div className="flex flex-wrap gap-2">
          {mayCancel(job) && (
            <Button onClick={() => onAct("cancel", job)}>
              <Square aria-hidden /> Cancel
            </Button>
          )}
          {mayRetry(job) && (
            <Button look="primary" isPending={isRetrying} onClick={() => onAct("retry", job)}>
              <RotateCcw aria-hidden /> Run again
            </Button>
          )}
        </div>
      )}
      <Facts job={job} />
      <AttemptTimeline job={job} />
    </>
  );
}

function Facts({ job }: { job: JobDetail }) {
  const { waited_seconds } = job.timings;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 [&_dt]:text-muted">
      <dt>About</dt>
      <dd>
        <NamedSubject subject={job.subject} />
      </dd>
      <dt>Attempt</dt>
      <dd>
        {job.attempts} of {job.max_attempts}
      </dd>
      <dt>Queued</dt>
      <dd>
        <Time at={job.queued_at} isAbsolute />
      </dd>
      <dt>Waited</dt>
      <dd>{waited_seconds === null ? "not begun yet" : formatDuration(waited_seconds)}</dd>
      <dt>Ran for</dt>
      <dd className="tabular-nums">
        <Duration job={job} />
      </dd>
      <dt>Queue</dt>
      <dd>{job.queue}</dd>
      {job.worker && (
        <>
          <dt>Worker</dt>
          <dd className="font-mono text-xs wrap-anywhere">{job.worker}</dd>
        </>
      )}
      <dt className="leading-7">Job id</dt>
      <dd className="flex items-start gap-1">
        <span className="font-mono text-xs leading-7 wrap-anywhere">{job.id}</span>
        <IconButton label="Copy the job id" size="small" onClick={() => copyId(job.id)}>
          <Copy aria-hidden />
        </IconButton>
      </dd>
      {job.request_id && (
        <>
          <dt>Request</dt>
          <dd className="font-mono text-xs wrap-anywhere">{job.request_id}</dd>
        </>
      )}
    </dl>
  );
}

async function copyId(id: string): Promise<void> {
  const isCopied = await copyText(id);
  void toast.info(isCopied ? "The id is copied" : "Copying was refused");
}

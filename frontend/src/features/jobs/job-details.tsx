"use client";

import { Copy, RotateCcw, Square } from "lucide-react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Progress } from "@/components/ui/progress";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toast";
import { copyText } from "@/lib/clipboard";
import { formatDuration } from "@/lib/format";
import type { Act } from "./acts";
import { AttemptTimeline } from "./attempt-timeline";
import { Duration, NamedSubject } from "./job-facts";
import { JobFailure } from "./job-failure";
import { type Job, type JobDetail, jobSentence, jobStatus, mayCancel, mayRetry } from "./job-status";
import { subjectWords } from "./job-words";

export interface JobActs {
  mayAct: boolean;
  isRetrying: boolean;
  onAct: (act: Act, job: Job) => void;
}

export function JobDetails({ job, mayAct, isRetrying, onAct }: JobActs & { job: JobDetail }) {
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
      <Id of="Job" id={job.id} />
      <Id of={subjectWords(job.subject).label} id={job.subject.id} />
      {job.request_id && (
        <>
          <dt>Request</dt>
          <dd className="font-mono text-xs wrap-anywhere">{job.request_id}</dd>
        </>
      )}
    </dl>
  );
}

function Id({ of, id }: { of: string; id: string }) {
  return (
    <>
      <dt className="leading-7">{of} id</dt>
      <dd className="flex items-start gap-1">
        <span className="font-mono text-xs leading-7 wrap-anywhere">{id}</span>
        <IconButton label={`Copy the ${of.toLowerCase()} id`} size="small" onClick={() => copyId(id)}>
          <Copy aria-hidden />
        </IconButton>
      </dd>
    </>
  );
}

async function copyId(id: string): Promise<void> {
  const isCopied = await copyText(id);
  void toast.info(isCopied ? "The id is copied" : "Copying was refused");
}

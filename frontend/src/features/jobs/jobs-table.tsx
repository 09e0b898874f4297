"use client";

import { memo, type RefObject } from "react";
import { Checkbox } from "@/components/ui/field";
import { Status } from "@/components/ui/status";
import { Cell, Head, HeadCell, Row, Table } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type RowPlace, VirtualRows } from "@/components/ui/virtual-rows";
import { cn } from "@/lib/cn";
import { Duration } from "./job-facts";
import { type Job, jobSentence, jobStatus } from "./job-status";
import { jobName, typeWords } from "./job-words";
import { SubjectCell } from "./subject-cell";
import type { Selection } from "./use-selection";

interface JobsTableProps {
  jobs: readonly Job[];
  scroller: RefObject<HTMLElement | null>;
  onNearEnd: () => void;
  selection: Selection;
  /** Of the row that keys act on. */
  currentId: string | null;
  openId: string | null;
  onOpen: (id: string) => void;
  maySelect: boolean;
}

const ROW_HEIGHT = 70;
const WIDE = "hidden @2xl:table-cell";
const WIDER = "hidden @4xl:table-cell";

export function JobsTable(props: JobsTableProps) {
  const { jobs, scroller, onNearEnd, selection, maySelect, currentId, openId, onOpen } = props;
  return (
    <Table label="Jobs" aria-rowcount={jobs.length + 1} className="table-fixed">
      <Head>
        <tr>
          {maySelect && (
            <HeadCell className="w-11">
              <Checkbox
                aria-label="Select all that are listed"
                checked={selection.state(jobs)}
                onCheckedChange={() => selection.toggleAll(jobs)}
              />
            </HeadCell>
          )}
          <HeadCell>State</HeadCell>
          <HeadCell>Job</HeadCell>
          <HeadCell className={cn(WIDER, "w-24")}>Attempt</HeadCell>
          <HeadCell className={cn(WIDE, "w-36")}>Queued</HeadCell>
          <HeadCell className={cn(WIDER, "w-28")}>Ran for</HeadCell>
        </tr>
      </Head>
      <VirtualRows
        rows={jobs}
        rowKey={(job) => job.id}
        scroller={scroller}
        columns={1}
        rowHeight={ROW_HEIGHT}
        onNearEnd={onNearEnd}
      >
        {(job, place) => (
          <JobRow
            job={job}
            place={place}
            isSelected={selection.has(job.id)}
            onSelect={maySelect ? selection.toggle : undefined}
            isCurrent={currentId === job.id}
            isOpen={openId === job.id}
            onOpen={onOpen}
          />
        )}
      </VirtualRows>
    </Table>
  );
}

interface JobRowProps {
  job: Job;
  place: RowPlace;
  isSelected: boolean;
  onSelect: ((job: Job) => void) | undefined;
  isCurrent: boolean;
  isOpen: boolean;
  onOpen: (id: string) => void;
}

const JobRow = memo(function JobRow(props: JobRowProps) {
  const { job, place, isSelected, onSelect, isCurrent, isOpen, onOpen } = props;
  const open = (target: EventTarget) => {
    const isOnControl = target instanceof Element && target.closest("a, button, label") !== null;
    if (!isOnControl && !getSelection()?.toString()) onOpen(job.id);
  };
  return (
    <Row
      {...place}
      data-job={job.id}
      aria-selected={isOpen}
      onClick={(event) => open(event.target)}
      className={cn(
        "cursor-pointer scroll-mt-10 scroll-mb-2",
        isCurrent && "shadow-[inset_3px_0_0_var(--accent)]",
      )}
    >
      {onSelect && (
        <Cell>
          <Checkbox
            aria-label={`Select ${jobName(job)}`}
            checked={isSelected}
            onCheckedChange={() => onSelect(job)}
            className="mt-0.5"
          />
        </Cell>
      )}
      <Cell>
        <Status look={jobStatus[job.status]}>
          <span className="line-clamp-2">{jobSentence(job)}</span>
        </Status>
      </Cell>
      <Cell className="wrap-anywhere">
        <button
          type="button"
          data-opens
          onClick={() => onOpen(job.id)}
          className="block min-h-6 text-start font-medium hover:underline"
        >
          {typeWords(job.type)}
        </button>
        <span className="text-[0.8125rem]">
          <SubjectCell subject={job.subject} />
        </span>
        <span className="block text-[0.8125rem] text-muted @2xl:hidden">
          <Time at={job.queued_at} />
        </span>
      </Cell>
      <Cell className={cn(WIDER, "tabular-nums")}>
        {job.attempts} of {job.max_attempts}
      </Cell>
      <Cell className={WIDE}>
        <Time at={job.queued_at} />
      </Cell>
      <Cell className={cn(WIDER, "tabular-nums")}>
        <Duration job={job} />
      </Cell>
    </Row>
  );
});

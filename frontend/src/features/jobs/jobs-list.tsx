"use client";

import { ListChecks, SearchX } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { type ComponentProps, useEffect } from "react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { isFiltered, type JobFilter, NO_FILTER } from "./job-filter";
import type { Job } from "./job-status";
import type { useJobs } from "./use-jobs";

const loadTable = () => import("./jobs-table").then(({ JobsTable }) => JobsTable);
const JobsTable = dynamic(loadTable, { ssr: false, loading: () => <LoadingRows /> });

interface JobsListProps {
  list: ReturnType<typeof useJobs>["list"];
  jobs: readonly Job[];
  filter: JobFilter;
  onClear: (filter: JobFilter) => void;
  table: Omit<ComponentProps<typeof JobsTable>, "jobs">;
}

export function JobsList({ list, jobs, filter, onClear, table }: JobsListProps) {
  useEffect(() => void loadTable().catch(() => {}), []); // while the jobs are on their way
  if (list.isPending) return <LoadingRows />;
  return (
    <div className="desk:px-3">
      {list.isError && (
        <ErrorBox
          error={list.error}
          what={jobs.length > 0 ? "The list may be out of date" : "The jobs could not be loaded"}
          onRetry={() => (list.isFetchNextPageError ? list.fetchNextPage() : list.refetch())}
          className="m-4 mt-0 desk:mx-3"
        />
      )}
      {jobs.length > 0 ? (
        <JobsTable jobs={jobs} {...table} />
      ) : (
        !list.isError && !list.hasNextPage && <Nothing filter={filter} onClear={onClear} />
      )}
      {list.isFetchingNextPage && <p className="p-4 text-center text-muted">Loading more jobs…</p>}
    </div>
  );
}

function LoadingRows() {
  return (
    <Loading label="Loading the jobs">
      <SkeletonRows className="desk:px-6" />
    </Loading>
  );
}

function Nothing({ filter, onClear }: Pick<JobsListProps, "filter" | "onClear">) {
  if (isFiltered(filter)) {
    return (
      <Empty
        icon={SearchX}
        title="No jobs match"
        actions={<Button onClick={() => onClear(NO_FILTER)}>Clear filters</Button>}
      >
        Nothing that you may see has all of these values.
      </Empty>
    );
  }
  return (
    <Empty
      icon={ListChecks}
      title="No jobs yet"
      actions={
        <Button look="primary" asChild>
          <Link href="/documents/">Add a document</Link>
        </Button>
      }
    >
      Documents that are read, analyses, briefs and workflows are listed here while they are done, and after.
    </Empty>
  );
}

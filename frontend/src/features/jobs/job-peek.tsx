"use client";

import { ChevronDown, ChevronUp, X } from "lucide-react";
import dynamic from "next/dynamic";
import { ErrorBox } from "@/components/ui/error-box";
import { IconButton } from "@/components/ui/icon-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api } from "@/lib/api/client";
import { usePreload } from "@/lib/when-idle";
import type { JobActs } from "./job-details";
import { typeWords } from "./job-words";

const loadDetails = () => import("./job-details").then(({ JobDetails }) => JobDetails);
const JobDetails = dynamic(loadDetails, { ssr: false, loading: () => <LoadingDetails /> });

interface JobPeekProps extends JobActs {
  id: string;
  onClose: () => void;
  onMove: (by: 1 | -1) => void;
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
        {job.isPending && <LoadingDetails />}
        {job.isError && (
          <ErrorBox error={job.error} what="The job could not be loaded" onRetry={job.refetch} />
        )}
        {job.data && <JobDetails job={job.data} {...props} />}
      </div>
    </aside>
  );
}

function LoadingDetails() {
  return (
    <Loading label="Loading the job">
      <SkeletonRows className="p-0" />
    </Loading>
  );
}

/** Before the first job is opened. */
export function usePreloadedDetails(): void {
  usePreload(loadDetails);
}

"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { ErrorBox } from "@/components/ui/error-box";
import { Time } from "@/components/ui/time";
import { $api } from "@/lib/api/client";
import { type Execution, isOver } from "../execution";

const LOOK_AGAIN_MS = 3000;

/** What the job of this run has written down. */
export function RunLog({ run }: { run: Execution }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="-ms-1 flex items-center gap-1.5 rounded px-1 py-1 font-medium hover:bg-hover"
      >
        <ChevronRight aria-hidden className={`size-4 text-muted ${isOpen ? "rotate-90" : ""}`} /> Log
      </button>
      {isOpen && <Lines run={run} />}
    </section>
  );
}

function Lines({ run }: { run: Execution }) {
  const job = $api.useQuery(
    "get",
    "/api/v1/jobs/{job_id}",
    { params: { path: { job_id: run.job_id } } },
    { refetchInterval: isOver(run.status) ? false : LOOK_AGAIN_MS },
  );
  if (job.isError && !job.data) {
    return <ErrorBox error={job.error} what="The log could not be loaded" onRetry={job.refetch} />;
  }
  const lines = job.data?.logs ?? [];
  if (lines.length === 0)
    return <p className="p-1 text-[0.8125rem] text-muted">{job.data ? "Nothing was written." : "…"}</p>;
  return (
    <ol className="mt-1 max-h-80 space-y-1 overflow-y-auto rounded-lg bg-sunken p-3 text-[0.8125rem]">
      {lines.map((line) => (
        <li key={`${line.at} ${line.sentence}`} className="wrap-anywhere">
          <span className="text-muted">
            <Time at={line.at} isAbsolute />
          </span>{" "}
          {line.sentence}
        </li>
      ))}
    </ol>
  );
}

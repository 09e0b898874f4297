"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, Skeleton } from "@/components/ui/skeleton";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { formatNumber, plural } from "@/lib/format";
import { ACTS, type Act, refreshJobs, type Summary } from "./acts";
import { asQuery, isFiltered, type JobFilter, type JobScope } from "./job-filter";
import { jobStatus } from "./job-status";
import { jobName } from "./job-words";

interface BulkDialogProps {
  act: Act;
  filter: JobFilter;
  scope: JobScope;
  onClose: () => void;
  onDone: (summary: Summary) => void;
}

function ask(act: Act, body: Schemas["BulkIn"]): Promise<Schemas["BulkOut"]> {
  return act === "cancel"
    ? unwrap(api.POST("/api/v1/jobs/bulk/cancel", { body }))
    : unwrap(api.POST("/api/v1/jobs/bulk/retry", { body }));
}

/** Counts first, and does it only when as many match as were shown. */
export function BulkDialog({ act, filter, scope, onClose, onDone }: BulkDialogProps) {
  const queries = useQueryClient();
  const wanted = asQuery(filter, scope);
  const count = useQuery({
    queryKey: ["jobs-bulk", act, wanted],
    queryFn: () => ask(act, { filter: wanted, dry_run: true }),
    staleTime: 0,
    gcTime: 0,
  });
  const run = useMutation({
    mutationFn: (found: Schemas["BulkOut"]) =>
      ask(act, { filter: wanted, dry_run: false, ...(!found.is_capped && { expected: found.matched }) }),
    onSuccess: async (result) => {
      onDone({ act, done: result.done, refused: [], skipped: result.skipped, hasMore: result.more });
      onClose();
      await refreshJobs(queries);
    },
  });
  const found = count.data;
  const isTooWide = found?.is_capped === true && !isFiltered(filter);
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={act === "cancel" ? "Cancel all that match" : "Run again all that match"}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button
            look={act === "cancel" ? "danger" : "primary"}
            isPending={run.isPending}
            disabled={!found || found.matched === 0 || isTooWide}
            onClick={() => found && run.mutate(found)}
          >
            {ACTS[act].verb} {found && found.matched > 0 && countWords(found)}
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        {run.isError && (
          <ErrorBox
            error={run.error}
            what="Nothing was done"
            onRetry={() => count.refetch().then(run.reset)}
          />
        )}
        {count.isError && (
          <ErrorBox error={count.error} what="The jobs could not be counted" onRetry={count.refetch} />
        )}
        {count.isPending && (
          <Loading label="Counting the jobs">
            <Skeleton className="w-2/3" />
          </Loading>
        )}
        {found && <Found found={found} act={act} isTooWide={isTooWide} />}
      </div>
    </Dialog>
  );
}

function countWords({ matched, is_capped }: Schemas["BulkOut"]): string {
  return is_capped ? `over ${formatNumber(matched)} jobs` : plural(matched, "job");
}

function Found({ found, act, isTooWide }: { found: Schemas["BulkOut"]; act: Act; isTooWide: boolean }) {
  const which = act === "cancel" ? "waits or runs" : "failed or was cancelled";
  if (found.matched === 0) return <p>Nothing that matches {which}.</p>;
  const rest = found.matched - found.sample.length;
  return (
    <>
      <p>
        <span className="font-medium">{countWords(found)}</span>{" "}
        {act === "cancel" ? "match and wait or run." : "match and failed or were cancelled."}
        {isTooWide && " That is too many at once: narrow them by a filter first."}
        {found.matched > 1000 && !isTooWide && " At most 1,000 are done at once."}
      </p>
      <ul className="space-y-1 text-muted">
        {found.sample.map((job) => (
          <li key={job.id}>
            {jobName(job)} · {jobStatus[job.status].label.toLowerCase()}
          </li>
        ))}
        {rest > 0 && <li>and {found.is_capped ? "many" : formatNumber(rest)} more</li>}
      </ul>
    </>
  );
}

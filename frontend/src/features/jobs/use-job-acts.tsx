"use client";

import { useState } from "react";
import { Confirm } from "@/components/ui/confirm";
import { toast } from "@/components/ui/toast";
import { type Act, useAct } from "./acts";
import { type Job, mayCancel, mayRetry } from "./job-status";
import { jobName } from "./job-words";

/** Cancelling asks first, running again does not: it takes nothing from anybody. */
export function useJobActs(mayAct: boolean) {
  const [cancelling, setCancelling] = useState<Job | null>(null);
  const retry = useAct("retry");
  const again = (job: Job) =>
    retry.mutate(job.id, {
      onSuccess: () => void toast.done(`It waits to run again: ${jobName(job)}`),
      onError: (error) => void toast.failed("The job could not be run again", error),
    });
  const askFor = (act: Act, job: Job | undefined) => {
    if (!mayAct) return void toast.info("A viewer may look at jobs, and not change them.");
    if (!job) return void toast.info("Choose a job first, by J and K.");
    if (act === "cancel" && mayCancel(job)) setCancelling(job);
    else if (act === "retry" && mayRetry(job)) again(job);
    else void toast.info(`${jobName(job)} cannot be ${act === "cancel" ? "cancelled" : "run again"} now.`);
  };
  const question = <CancelQuestion job={cancelling} onClose={() => setCancelling(null)} />;
  return { askFor, isRetrying: retry.isPending, question };
}

function CancelQuestion({ job, onClose }: { job: Job | null; onClose: () => void }) {
  const cancel = useAct("cancel");
  return (
    <Confirm
      isOpen={job !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={job ? `Cancel “${jobName(job)}”?` : ""}
      act="Cancel the job"
      onConfirm={async () => job && cancel.mutateAsync(job.id)}
    >
      What it has done so far is kept; a cancelled job can be run again.
    </Confirm>
  );
}

"use client";

import { CircleX, Copy } from "lucide-react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { copyText } from "@/lib/clipboard";
import { type Job, mayRetry } from "./job-status";
import { typeWords } from "./job-words";

/** Why it failed, in the server's own words, and what can be done. */
export function JobFailure({ job, error }: { job: Job; error: NonNullable<Job["error"]> }) {
  const copy = async () => {
    const lines = [typeWords(job.type), error.detail, `Code: ${error.code}`, `Job: ${job.id}`];
    const isCopied = await copyText(lines.join("\n"));
    void toast.info(isCopied ? "Copied" : "Copying was refused");
  };
  return (
    <section aria-label="Why it failed" className="rounded-lg border border-bad/35 bg-bad-soft p-3.5">
      <div className="flex gap-3">
        <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
        <div className="min-w-0 space-y-1.5 wrap-anywhere">
          <p className="font-medium">{error.detail}</p>
          {mayRetry(job) && (
            <p className="text-muted">
              When the cause is mended, run it again: it goes on from the step where it ended.
            </p>
          )}
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-mono text-muted text-xs">{error.code}</span>
            <Button size="small" look="ghost" onClick={copy}>
              <Copy aria-hidden /> Copy details
            </Button>
          </p>
        </div>
      </div>
    </section>
  );
}

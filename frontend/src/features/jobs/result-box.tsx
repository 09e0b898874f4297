"use client";

import { CircleCheck, TriangleAlert, X } from "lucide-react";
import { IconButton } from "@/components/ui/icon-button";
import { plural } from "@/lib/format";
import { ACTS, type Summary, skipReason } from "./acts";
import { jobName } from "./job-words";

const SHOWN = 5;

/** What became of an act on many. */
export function ResultBox({ summary, onClose }: { summary: Summary; onClose: () => void }) {
  const { act, done, refused, skipped, hasMore } = summary;
  const isWhole = refused.length === 0 && Object.keys(skipped).length === 0;
  const Icon = isWhole ? CircleCheck : TriangleAlert;
  return (
    <div role="status" className="flex gap-3 rounded-lg border border-line bg-surface p-3">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${isWhole ? "text-good" : "text-warn"}`} />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="font-medium">
          {plural(done, "job")} {ACTS[act].done}.
        </p>
        {Object.entries(skipped).map(([reason, count]) => (
          <p key={reason} className="text-muted">
            {plural(count, "job")} passed over: {skipReason(reason)}.
          </p>
        ))}
        {refused.length > 0 && (
          <ul className="list-disc ps-5 text-muted">
            {refused.slice(0, SHOWN).map(({ job, problem }) => (
              <li key={job.id}>
                {jobName(job)}: {problem.detail}
              </li>
            ))}
            {refused.length > SHOWN && <li>and {refused.length - SHOWN} more</li>}
          </ul>
        )}
        {hasMore && <p className="text-muted">More jobs match; repeat it to go on.</p>}
      </div>
      <IconButton label="Close the result" size="small" onClick={onClose}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}

"use client";

import { Skeleton } from "@/components/ui/skeleton";
import { toneText } from "@/components/ui/tone";
import type { Schemas } from "@/lib/api/client";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";
import { JOB_STATUSES, type JobStatus, jobStatus } from "./job-status";

interface JobTilesProps {
  stats: Schemas["JobStats"] | undefined;
  chosen: JobStatus | null;
  onChoose: (status: JobStatus | null) => void;
}

/** How many there are of each state; pressing one lists them alone. */
export function JobTiles({ stats, chosen, onChoose }: JobTilesProps) {
  return (
    <fieldset className="grid grid-cols-2 gap-2 @md:grid-cols-3 @2xl:grid-cols-5">
      <legend className="sr-only">Jobs by state</legend>
      {JOB_STATUSES.map((status) => (
        <Tile
          key={status}
          status={status}
          count={stats?.types.reduce((sum, type) => sum + type[status], 0)}
          isAtLeast={stats?.is_partial ?? false}
          isChosen={chosen === status}
          onPress={() => onChoose(chosen === status ? null : status)}
        />
      ))}
    </fieldset>
  );
}

interface TileProps {
  status: JobStatus;
  count: number | undefined;
  isAtLeast: boolean;
  isChosen: boolean;
  onPress: () => void;
}

function Tile({ status, count, isAtLeast, isChosen, onPress }: TileProps) {
  const { label, tone, icon: Icon } = jobStatus[status];
  const isNow = status === "queued" || status === "running";
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onPress}
      className="rounded-lg border border-line bg-surface px-3 py-2 text-start hover:bg-hover aria-pressed:border-accent aria-pressed:bg-selected"
    >
      <span className="flex items-center gap-1.5 text-muted text-xs">
        <Icon aria-hidden className={cn("size-3.5 shrink-0", toneText[tone])} />
        {label}
      </span>
      <span className="mt-0.5 flex items-baseline justify-between gap-2">
        <span className="font-semibold text-xl tabular-nums">
          {count === undefined ? (
            <Skeleton className="my-1.5 w-10" />
          ) : (
            `${isAtLeast && !isNow ? "≥ " : ""}${formatNumber(count)}`
          )}
        </span>
        <span className="whitespace-nowrap text-faint text-xs">{isNow ? "now" : "last 24 h"}</span>
      </span>
    </button>
  );
}

"use client";

import { History } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { MoreButton } from "@/components/ui/more-button";
import { Select } from "@/components/ui/select";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { $api } from "@/lib/api/client";
import { formatDuration, formatMoney, formatPercent } from "@/lib/format";
import { oneOf, useUrlState } from "@/lib/url-state";
import { isOver, type Listed, runAddress } from "./execution";
import { executionStatus, lookOfRun } from "./execution-status";

const STATES = ["pending", "running", "waiting", "completed", "failed", "cancelled"] as const;
const PARAMS = { status: oneOf(STATES, null) };
const OPTIONS = [
  { value: "any", label: "Any state" },
  ...STATES.map((value) => ({ value, label: executionStatus[value].label })),
] as const;
const LOOK_AGAIN_MS = 4000;

export function RunsList() {
  const [{ status }, setAddress] = useUrlState(PARAMS);
  const runs = useRuns(status);
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="mx-auto max-w-5xl space-y-4">
      <Select
        aria-label="State of the run"
        value={status ?? "any"}
        options={OPTIONS}
        className="w-48"
        onChange={(next) => setAddress({ status: next === "any" ? null : next })}
      />
      {runs.isError && (
        <ErrorBox error={runs.error} what="The runs could not be loaded" onRetry={runs.refetch} />
      )}
      {runs.isPending && (
        <Loading label="Loading the runs">
          <SkeletonRows />
        </Loading>
      )}
      {runs.data && items.length === 0 && <NoRuns isFiltered={status !== null} />}
      {items.length > 0 && (
        <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
          {items.map((run) => (
            <RunRow key={run.execution_id} run={run} />
          ))}
        </ul>
      )}
      <MoreButton list={runs} />
    </div>
  );
}

function useRuns(status: Listed["status"] | null) {
  return $api.useInfiniteQuery(
    "get",
    "/api/v1/workflows/executions",
    { params: { query: { limit: 50, status } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.items.some((run) => !isOver(run.status))) && LOOK_AGAIN_MS,
    },
  );
}

function NoRuns({ isFiltered }: { isFiltered: boolean }) {
  const [, setAddress] = useUrlState(PARAMS);
  if (isFiltered) {
    return (
      <Empty
        icon={History}
        title="No run is in this state"
        actions={<Button onClick={() => setAddress({ status: null })}>Show all</Button>}
      />
    );
  }
  return (
    <Empty
      icon={History}
      title="Nothing has been run yet"
      actions={
        <Button asChild look="primary">
          <Link href="/workflows/">Choose a workflow</Link>
        </Button>
      }
    >
      Each run is listed here with its result, for as long as your firm keeps it.
    </Empty>
  );
}

function RunRow({ run }: { run: Listed }) {
  const told = isOver(run.status)
    ? [run.duration_seconds !== null && formatDuration(run.duration_seconds), cost(run)]
    : [formatPercent(run.progress_percentage / 100)];
  return (
    <li className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-hover sm:grid-cols-[minmax(0,1fr)_10rem_9rem_8rem]">
      <div className="min-w-0">
        <Link
          href={runAddress(run.execution_id)}
          className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
        >
          {run.title}
        </Link>
        {run.error_message && <p className="truncate text-[0.8125rem] text-muted">{run.error_message}</p>}
        {run.schedule_id && <p className="text-[0.8125rem] text-muted">by schedule</p>}
      </div>
      <Status look={lookOfRun(run)} className="justify-self-end sm:justify-self-start" />
      <span className="text-[0.8125rem] text-muted">{told.filter(Boolean).join(" · ")}</span>
      <span className="justify-self-end text-[0.8125rem] text-muted">
        <Time at={run.created_at} />
      </span>
    </li>
  );
}

function cost({ usage }: Listed): string | null {
  if (usage.calls === 0) return null;
  return usage.cost_usd === null ? "price not known" : formatMoney(usage.cost_usd);
}

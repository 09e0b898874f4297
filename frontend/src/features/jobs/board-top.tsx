"use client";

import { useMemo } from "react";
import { ErrorBox } from "@/components/ui/error-box";
import { Fleet } from "./fleet";
import { JobFilters } from "./job-filters";
import { JobTiles } from "./job-tiles";
import { ResultBox } from "./result-box";
import type { Board } from "./use-board";

/** The figures, the filters, and what became of the last act on many. */
export function BoardTop({ board }: { board: Board }) {
  const { stats, filter, setFilter, scope, setScope, scopes, summary, setSummary, open } = board;
  const types = useMemo(() => stats.data?.types.map(({ type }) => type) ?? [], [stats.data]);
  return (
    <div className="space-y-3 p-4 desk:px-6">
      <JobTiles stats={stats.data} chosen={filter.status} onChoose={(status) => setFilter({ status })} />
      {stats.isError && (
        <ErrorBox
          error={stats.error}
          what={stats.data ? "The figures may be out of date" : "The figures could not be loaded"}
          onRetry={stats.refetch}
        />
      )}
      {stats.data && <Fleet stats={stats.data} onOpen={open} />}
      <JobFilters
        filter={filter}
        onChange={setFilter}
        scope={scope}
        scopes={scopes}
        onScope={setScope}
        types={types}
      />
      {summary && <ResultBox summary={summary} onClose={() => setSummary(null)} />}
    </div>
  );
}

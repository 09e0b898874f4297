"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { useEvents } from "@/lib/api/use-events";
import {
  afterEvent,
  type Execution,
  type ExecutionEvent,
  endsRun,
  executionOptions,
  isOver,
} from "./execution";
import { EXECUTIONS } from "./keys";

const PAUSE_MS = 600;

/** One run, and while it is not over what its stream tells of it. */
export function useExecution(id: string) {
  const queries = useQueryClient();
  const options = executionOptions(id);
  const execution = useQuery(options);
  const refresh = useSoon(() => queries.invalidateQueries({ queryKey: options.queryKey }));
  const isFollowed = execution.data !== undefined && !isOver(execution.data.status);
  const stream = useEvents<ExecutionEvent>({
    path: isFollowed ? `/api/v1/workflows/executions/${id}/events` : null,
    isLast: endsRun,
    onEvent: (event) => {
      queries.setQueryData<Execution>(options.queryKey, (before) => before && afterEvent(before, event));
      if (event.event === "step" || event.event === "execution") refresh();
      if (endsRun(event)) queries.invalidateQueries({ queryKey: EXECUTIONS });
    },
  });
  return { execution, stream };
}

/** Run it once for all calls within a moment, after the last word that is already known. */
function useSoon(run: () => void): () => void {
  const newest = useRef(run);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    newest.current = run;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => newest.current(), PAUSE_MS);
  }, []);
}

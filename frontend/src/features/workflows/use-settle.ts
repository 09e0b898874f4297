"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type Execution, executionOptions } from "./execution";
import { EXECUTIONS } from "./keys";

/** Take over what an act has made of a run. An older answer that is still on its way does not come after it. */
export function useSettle(): (after: Execution) => Promise<void> {
  const queries = useQueryClient();
  return async (after) => {
    const { queryKey } = executionOptions(after.execution_id);
    await queries.cancelQueries({ queryKey });
    queries.setQueryData(queryKey, after);
    queries.invalidateQueries({ queryKey: EXECUTIONS });
  };
}

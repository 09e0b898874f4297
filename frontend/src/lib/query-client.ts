import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./api/problem";

const MOST_RETRIES = 2;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < MOST_RETRIES && isPassing(error),
        retryDelay: (failures) => Math.min(4000, 500 * 2 ** failures),
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

/** A limit or a lock says itself when to come again; whoever sees it decides. */
function isPassing(error: unknown): boolean {
  return error instanceof Problem && error.isRetryable && error.retryAfterSeconds === null;
}

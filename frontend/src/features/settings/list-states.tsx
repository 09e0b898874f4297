"use client";

import type { ReactNode } from "react";
import { ErrorBox } from "@/components/ui/error-box";
import { MoreButton } from "@/components/ui/more-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";

interface ListStatesProps {
  list: {
    isPending: boolean;
    isError: boolean;
    error: unknown;
    data?: unknown;
    refetch: () => unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
  /** "the members" */
  what: string;
  isEmpty: boolean;
  empty: ReactNode;
  children: ReactNode;
}

/** A list as it loads, fails, is empty, is there, and goes on. */
export function ListStates({ list, what, isEmpty, empty, children }: ListStatesProps) {
  if (list.isPending) {
    return (
      <Loading label={`Loading ${what}`}>
        <SkeletonRows rows={3} className="px-0" />
      </Loading>
    );
  }
  return (
    <>
      {list.isError && (
        <ErrorBox
          error={list.error}
          what={`It was not possible to load ${what}`}
          onRetry={list.refetch}
          className="mb-3"
        />
      )}
      {isEmpty ? !list.isError && <div className="text-muted">{empty}</div> : children}
      <MoreButton list={list} className="mx-auto mt-3 flex" />
    </>
  );
}

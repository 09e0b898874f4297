"use client";

import { useRef } from "react";
import { Page } from "@/components/shell/page";
import { cn } from "@/lib/cn";
import { BoardTop } from "./board-top";
import { BulkMenu } from "./bulk-menu";
import type { JobScope } from "./job-filter";
import { JobPeek, usePreloadedDetails } from "./job-peek";
import { JobsList } from "./jobs-list";
import { LiveState } from "./live-state";
import { SelectionBar } from "./selection-bar";
import { useBoard } from "./use-board";
import { useJobActs } from "./use-job-acts";
import { useRowKeys } from "./use-row-keys";

export function JobsBoard({ scopes, mayAct }: { scopes: readonly JobScope[]; mayAct: boolean }) {
  usePreloadedDetails();
  const scroller = useRef<HTMLDivElement>(null);
  const board = useBoard(scopes);
  const { openId, open, filter, setFilter, scope, selection, isPaused, list, jobs, more, live } = board;
  const { askFor, isRetrying, question } = useJobActs(mayAct);
  const { currentId, move, close } = useRowKeys({
    jobs,
    openId,
    onOpen: open,
    onAct: askFor,
    isActing: !isPaused,
  });
  const table = { scroller, onNearEnd: more, selection, currentId, openId, onOpen: open, maySelect: mayAct };
  return (
    <Page
      title="Jobs"
      isFilled
      summary={<LiveState state={live.state} problem={live.problem} isPaused={isPaused} />}
      actions={mayAct && <BulkMenu filter={filter} scope={scope} onDone={board.setSummary} />}
    >
      <div className="flex min-h-0 flex-1">
        <div
          ref={scroller}
          className={cn("@container min-h-0 min-w-0 flex-1 overflow-y-auto", openId && "hidden desk:block")}
        >
          <BoardTop board={board} />
          <JobsList list={list} jobs={jobs} filter={filter} onClear={setFilter} table={table} />
          {isPaused && (
            <SelectionBar selection={selection} waiting={live.waiting} onDone={board.setSummary} />
          )}
        </div>
        {openId && (
          <JobPeek
            id={openId}
            mayAct={mayAct}
            isRetrying={isRetrying}
            onClose={close}
            onMove={move}
            onAct={askFor}
          />
        )}
      </div>
      {question}
    </Page>
  );
}

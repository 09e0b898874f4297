"use client";

import { useState } from "react";
import { useShortcut } from "@/lib/shortcuts";
import type { Act } from "./acts";
import type { Job } from "./job-status";

interface RowKeys {
  jobs: readonly Job[];
  openId: string | null;
  onOpen: (id: string | null) => void;
  onAct: (act: Act, job: Job | undefined) => void;
  /** Whether C and R are about this row: while several are selected they are about those. */
  isActing: boolean;
}

const GROUP = "Jobs";
const HEADS_PX = 90;
const CONTROLS = "a, button, summary, [role=button], [role=option]";

/** The row that keys act on: the one that is open, else the one that J and K have reached. */
export function useRowKeys({ jobs, openId, onOpen, onAct, isActing }: RowKeys) {
  const [reachedId, setReached] = useState<string | null>(null);
  const currentId = openId ?? reachedId;
  const index = jobs.findIndex(({ id }) => id === currentId);
  const move = (by: 1 | -1) => {
    const next = jobs[index < 0 ? firstSeen(jobs) : Math.min(jobs.length - 1, Math.max(0, index + by))];
    if (!next) return;
    setReached(next.id);
    if (openId) onOpen(next.id);
    focusRow(next.id);
  };
  const open = (event: KeyboardEvent) => {
    const control = event.target instanceof Element ? event.target.closest<HTMLElement>(CONTROLS) : null;
    if (control)
      control.click(); // a button that has the focus keeps its Enter
    else if (currentId) onOpen(currentId);
  };
  const close = () => {
    const left = openId;
    onOpen(null);
    setReached(left);
    if (left) requestAnimationFrame(() => focusRow(left));
  };
  const hasJobs = jobs.length > 0;
  useShortcut({ keys: "j", label: "Next job", group: GROUP, run: beside(() => move(1)) }, hasJobs);
  useShortcut({ keys: "k", label: "Previous job", group: GROUP, run: beside(() => move(-1)) }, hasJobs);
  useShortcut({ keys: "enter", label: "Open the job", group: GROUP, run: open }, hasJobs);
  const act = (what: Act) => beside(() => onAct(what, jobs[index]));
  useShortcut({ keys: "c", label: "Cancel the job", group: GROUP, run: act("cancel") }, hasJobs && isActing);
  useShortcut(
    { keys: "r", label: "Run the job again", group: GROUP, run: act("retry") },
    hasJobs && isActing,
  );
  useShortcut({ keys: "escape", label: "Close the job", group: GROUP, run: close }, openId !== null);
  return { currentId, move, close };
}

/** Not from within a dialog, which is about something else. */
export function beside(run: () => void): () => void {
  return () => {
    if (!document.querySelector("[role=dialog], [role=alertdialog]")) run();
  };
}

/** Where the reader has scrolled to: of the rows that are there, the first below the heads. */
function firstSeen(jobs: readonly Job[]): number {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-job]")];
  const seen = rows.find((row) => row.getBoundingClientRect().top >= HEADS_PX);
  return Math.max(
    0,
    jobs.findIndex(({ id }) => id === seen?.dataset.job),
  );
}

function focusRow(id: string): void {
  const row = document.querySelector<HTMLElement>(`[data-job="${CSS.escape(id)}"]`);
  row?.querySelector<HTMLElement>("button[data-opens]")?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

"use client";

import { useQueryClient } from "@tanstack/react-query";
import { RotateCcw, Square, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { plural } from "@/lib/format";
import { useShortcut } from "@/lib/shortcuts";
import { ACTS, type Act, actOnAll, refreshJobs, type Summary } from "./acts";
import { beside } from "./use-row-keys";
import type { Selection } from "./use-selection";

interface SelectionBarProps {
  selection: Selection;
  /** Changes that wait until nothing is selected. */
  waiting: number;
  onDone: (summary: Summary) => void;
}

export function SelectionBar({ selection, waiting, onDone }: SelectionBarProps) {
  const queries = useQueryClient();
  const [isPending, setPending] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const count = (act: Act) => selection.jobs.filter(ACTS[act].may).length;
  const run = async (act: Act) => {
    setPending(true);
    try {
      onDone(await actOnAll(act, selection.jobs));
      selection.clear();
      await refreshJobs(queries);
    } finally {
      setPending(false);
    }
  };
  const cancel = () => setAsking(count("cancel") > 0);
  const again = () => {
    if (count("retry") > 0 && !isPending) void run("retry");
  };
  useShortcut({ keys: "c", label: "Cancel the selected jobs", group: "Jobs", run: beside(cancel) });
  useShortcut({ keys: "r", label: "Run the selected jobs again", group: "Jobs", run: beside(again) });
  return (
    <section
      aria-label="Selected jobs"
      className="sticky bottom-3 z-20 mx-auto mt-3 flex w-fit max-w-full animate-rise flex-wrap items-center gap-2 rounded-xl border border-line-strong/60 bg-surface px-3 py-2 shadow-float"
    >
      <p className="pe-1" role="status">
        <span className="font-medium">{plural(selection.jobs.length, "job")} selected.</span>{" "}
        <span className="text-muted">
          Paused while selecting{waiting > 0 && `; ${plural(waiting, "change")} waiting`}.
        </span>
      </p>
      <Button size="small" disabled={count("cancel") === 0} onClick={cancel}>
        <Square aria-hidden /> Cancel {count("cancel") || ""}
      </Button>
      <Button size="small" disabled={count("retry") === 0} isPending={isPending && !isAsking} onClick={again}>
        <RotateCcw aria-hidden /> Run again {count("retry") || ""}
      </Button>
      <Button size="small" look="ghost" onClick={selection.clear}>
        <X aria-hidden /> Select none
      </Button>
      <Confirm
        isOpen={isAsking}
        onOpenChange={setAsking}
        title={`Cancel ${plural(count("cancel"), "job")}?`}
        act="Cancel the jobs"
        onConfirm={() => run("cancel")}
      >
        What they have done so far is kept; cancelled jobs can be run again.
      </Confirm>
    </section>
  );
}

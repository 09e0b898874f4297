"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Confirm } from "@/components/ui/confirm";
import { Switch } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toast";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { useMay } from "@/lib/api/use-session";
import { cronInWords } from "./cron";
import { runAddress } from "./execution";
import { SCHEDULES } from "./keys";

type Schedule = Schemas["ScheduleOut"];

export function ScheduleRow({ schedule, template }: { schedule: Schedule; template: string | undefined }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-60 flex-1">
        <p className="font-medium wrap-anywhere">{schedule.name}</p>
        <p className="text-[0.8125rem] text-muted">
          {template && (
            <>
              <Link
                href={`/workflows/?t=${schedule.template_id}`}
                className="rounded-sm text-accent-text underline underline-offset-3"
              >
                {template}
              </Link>
              {" · "}
            </>
          )}
          {cronInWords(schedule.cron) ?? <code>{schedule.cron}</code>} ({schedule.timezone})
        </p>
        <LastTick schedule={schedule} />
      </div>
      <p className="w-44 text-[0.8125rem] text-muted">
        {schedule.is_active && schedule.next_run_at ? (
          <>
            Next <Time at={schedule.next_run_at} isAbsolute />
          </>
        ) : (
          "Paused"
        )}
      </p>
      <Acts schedule={schedule} />
    </li>
  );
}

function LastTick({ schedule }: { schedule: Schedule }) {
  const last = schedule.ticks.at(-1);
  if (!last) return <p className="text-[0.8125rem] text-muted">Not due yet since it was made</p>;
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-[0.8125rem] text-muted">
      Last <Time at={last.due_at} />
      {last.outcome === "failed" && <Badge tone="bad">Could not begin</Badge>}
      {last.outcome === "skipped" && <Badge tone="warn">Left out</Badge>}
      {last.execution_id && (
        <Link
          href={runAddress(last.execution_id)}
          className="rounded-sm py-0.5 text-accent-text underline underline-offset-3"
        >
          Open the run
        </Link>
      )}
      {last.reason && <span className="wrap-anywhere">{last.reason}</span>}
    </p>
  );
}

function Acts({ schedule }: { schedule: Schedule }) {
  const queries = useQueryClient();
  const mayChange = useMay("member");
  const [isAsked, setAsked] = useState(false);
  const path = { params: { path: { schedule_id: schedule.id } } };
  const refresh = () => queries.invalidateQueries({ queryKey: SCHEDULES });
  const turn = useMutation({
    mutationFn: (is_active: boolean) =>
      unwrap(api.PATCH("/api/v1/workflows/schedules/{schedule_id}", { ...path, body: { is_active } })),
    onSuccess: refresh,
    onError: (error) => toast.failed(`“${schedule.name}” could not be changed`, error),
  });
  const remove = async () => {
    await unwrap(api.DELETE("/api/v1/workflows/schedules/{schedule_id}", path));
    await refresh();
  };
  return (
    <div className="flex items-center gap-2">
      <Switch
        checked={turn.isPending ? turn.variables : schedule.is_active}
        disabled={!mayChange || turn.isPending}
        aria-label={`Run “${schedule.name}” when it is due`}
        onCheckedChange={(isOn) => turn.mutate(isOn)}
      />
      <IconButton label={`Delete “${schedule.name}”`} disabled={!mayChange} onClick={() => setAsked(true)}>
        <Trash2 aria-hidden />
      </IconButton>
      <Confirm
        isOpen={isAsked}
        onOpenChange={setAsked}
        title={`Delete the schedule “${schedule.name}”?`}
        act="Delete"
        onConfirm={remove}
      >
        It does not run again. Runs that it has begun go on, and their results stay.
      </Confirm>
    </div>
  );
}

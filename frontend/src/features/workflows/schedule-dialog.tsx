"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorBox } from "@/components/ui/error-box";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { asProblem } from "@/lib/api/problem";
import { useMe } from "@/lib/api/use-session";
import { cronInWords, cronOf, type Plan } from "./cron";
import { SCHEDULES } from "./keys";
import { PlanFields } from "./plan-fields";
import type { Template } from "./template";
import type { Filled } from "./use-template-form";

interface ScheduleDialogProps {
  template: Template;
  filled: Filled;
  onClose: () => void;
}

const FIRST_PLAN: Plan = { every: "week", at: "08:00", weekday: 1, monthDay: 1 };
const FIELDS = ["name", "cron", "timezone"];

/** Run the template with what is filled in, again and again. */
export function ScheduleDialog({ template, filled, onClose }: ScheduleDialogProps) {
  const [name, setName] = useState(template.title);
  const [plan, setPlan] = useState(FIRST_PLAN);
  const [written, setWritten] = useState<string | null>(null);
  const [timezone, setTimezone] = useTimeZone();
  const [overlap, setOverlap] = useState<Schemas["Overlap"]>("skip");
  const create = useCreate(onClose);
  const cron = written ?? cronOf(plan);
  const errors = create.error ? asProblem(create.error).fieldErrors : {};
  const isToldAtFields = FIELDS.some((field) => errors[field]);
  const save = () =>
    create.mutate({ ...filled, name, template_id: template.id, cron, timezone, overlap, missed: "run_once" });
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Schedule “${template.title}”`}
      description="Each run uses what is filled in now, and acts on your behalf."
      size="medium"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" isPending={create.isPending} disabled={!name.trim()} onClick={save}>
            Create the schedule
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {create.error && !isToldAtFields && (
          <ErrorBox error={create.error} what="The schedule could not be created" />
        )}
        <Field label="Name" error={errors.name}>
          {(described) => (
            <Input
              {...described}
              value={name}
              maxLength={200}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <PlanFields
          plan={plan}
          written={written}
          error={errors.cron}
          onPlan={setPlan}
          onWritten={setWritten}
        />
        <Field label="Time zone" error={errors.timezone}>
          {(described) => <ZoneInput described={described} value={timezone} onChange={setTimezone} />}
        </Field>
        <Field label="When the run before is still under way">
          {(described) => (
            <Select
              {...described}
              value={overlap}
              onChange={setOverlap}
              className="w-full"
              options={[
                { value: "skip", label: "Leave this time out" },
                { value: "allow", label: "Begin the next one all the same" },
              ]}
            />
          )}
        </Field>
        <p className="rounded-md bg-sunken px-3 py-2" aria-live="polite">
          {cronInWords(cron) ?? `By the expression ${cron || "…"}`}, by the clock of {timezone}.
        </p>
      </div>
    </Dialog>
  );
}

interface ZoneInputProps {
  described: object;
  value: string;
  onChange: (zone: string) => void;
}

function ZoneInput({ described, value, onChange }: ZoneInputProps) {
  return (
    <>
      <Input
        {...described}
        list="time-zones"
        value={value}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id="time-zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}

/** The reader's own from the profile, else the browser's. */
function useTimeZone(): [zone: string, change: (zone: string) => void] {
  const { data: me } = useMe();
  const [chosen, choose] = useState<string | null>(null);
  const own = me && me.timezone !== "UTC" ? me.timezone : Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [chosen ?? own, choose];
}

function useCreate(onClose: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["ScheduleIn"]) => unwrap(api.POST("/api/v1/workflows/schedules", { body })),
    onSuccess: ({ name }) => {
      queries.invalidateQueries({ queryKey: SCHEDULES });
      onClose();
      toast.done(`“${name}” is scheduled`, {
        action: (
          <Link href="/workflows/?tab=schedules" className="text-accent-text underline">
            Show
          </Link>
        ),
      });
    },
  });
}

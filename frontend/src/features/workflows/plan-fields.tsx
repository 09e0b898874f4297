"use client";

import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { cronOf, type Plan, WEEKDAYS } from "./cron";

interface PlanFieldsProps {
  plan: Plan;
  /** A cron expression instead of the plan. */
  written: string | null;
  error: string | undefined;
  onPlan: (plan: Plan) => void;
  onWritten: (cron: string | null) => void;
}

const EVERY = [
  { value: "day", label: "Every day" },
  { value: "weekday", label: "Monday to Friday" },
  { value: "week", label: "Every week" },
  { value: "month", label: "Every month" },
] as const;

export function PlanFields({ plan, written, error, onPlan, onWritten }: PlanFieldsProps) {
  if (written !== null) {
    return (
      <Field
        label="Cron expression"
        hint="Minute, hour, day of the month, month, weekday; such as 0 8 * * 1-5."
        error={error}
        aside={
          <Button look="link" onClick={() => onWritten(null)}>
            Choose from a list
          </Button>
        }
      >
        {(described) => (
          <Input
            {...described}
            value={written}
            className="font-mono"
            onChange={(event) => onWritten(event.target.value)}
          />
        )}
      </Field>
    );
  }
  return (
    <>
      <div className="flex flex-wrap gap-4">
        <Field label="How often" error={error} className="min-w-40 flex-1">
          {(described) => (
            <Select
              {...described}
              value={plan.every}
              options={EVERY}
              className="w-full"
              onChange={(every) => onPlan({ ...plan, every })}
            />
          )}
        </Field>
        <Day plan={plan} onPlan={onPlan} />
        <Field label="At">
          {(described) => (
            <Input
              {...described}
              type="time"
              value={plan.at}
              required
              className="w-32"
              onChange={({ target }) => target.value && onPlan({ ...plan, at: target.value })}
            />
          )}
        </Field>
      </div>
      <Button look="link" onClick={() => onWritten(cronOf(plan))}>
        Write a cron expression instead
      </Button>
    </>
  );
}

function Day({ plan, onPlan }: Pick<PlanFieldsProps, "plan" | "onPlan">) {
  if (plan.every === "week") {
    return (
      <Field label="On" className="min-w-36">
        {(described) => (
          <Select
            {...described}
            value={String(plan.weekday)}
            options={WEEKDAYS.map((label, index) => ({ label, value: String(index + 1) }))}
            className="w-full"
            onChange={(day) => onPlan({ ...plan, weekday: Number(day) })}
          />
        )}
      </Field>
    );
  }
  if (plan.every !== "month") return null;
  return (
    <Field label="On day" className="w-24">
      {(described) => (
        <Select
          {...described}
          value={String(plan.monthDay)}
          options={Array.from({ length: 28 }, (_, index) => ({
            value: `${index + 1}`,
            label: `${index + 1}`,
          }))}
          className="w-full"
          onChange={(day) => onPlan({ ...plan, monthDay: Number(day) })}
        />
      )}
    </Field>
  );
}

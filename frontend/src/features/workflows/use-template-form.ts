"use client";

import { useEffect, useRef, useState } from "react";
import { errorsWithin, inOrder, nameOfPath } from "@/features/json-form/errors";
import type { FieldErrors, FormValues } from "@/features/json-form/schema";
import { faultsOf } from "@/features/json-form/validate";
import { cleaned } from "@/features/json-form/values";
import type { Schemas } from "@/lib/api/client";
import { Problem } from "@/lib/api/problem";
import { type BudgetText, budgetFaults, budgetOf, NO_BUDGET } from "./budget";
import { useDraft } from "./draft";
import type { Fault } from "./error-summary";
import { formOf, type Template } from "./template";

export type Filled = Required<Pick<Schemas["ScheduleIn"], "input_data" | "budget">>;

const NO_FAULTS: FieldErrors = {};

/** What is filled in for a template, and what is wrong with it: by its own schema first, then by the server's answer. */
export function useTemplateForm(template: Template, given: FormValues | null) {
  const schema = formOf(template);
  const draft = useDraft(template.id, schema, given);
  const [budget, setBudget] = useState<BudgetText>(NO_BUDGET);
  const [errors, setErrors] = useState({ input: NO_FAULTS, budget: NO_FAULTS });
  const [round, setRound] = useState(0);
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (round > 0) summary.current?.focus();
  }, [round]);

  const show = (input: FieldErrors, ofBudget: FieldErrors) => {
    setErrors({ input, budget: ofBudget });
    if (Object.keys({ ...input, ...ofBudget }).length > 0) setRound((before) => before + 1);
  };
  /** As it is sent, or null when there is something to mend first. */
  const check = (): Filled | null => {
    const input = cleaned(schema, draft.values);
    const found = { input: faultsOf(schema, input), budget: budgetFaults(budget) };
    show(found.input, found.budget);
    draft.change({ ...draft.values, ...input }); // the places of a list are now those that errors name
    const isGood = Object.keys({ ...found.input, ...found.budget }).length === 0;
    return isGood ? { input_data: input as Filled["input_data"], budget: budgetOf(budget) } : null;
  };
  /** True when the refusal is told at the fields. */
  const refused = (error: unknown): boolean => {
    if (!(error instanceof Problem) || error.status !== 422) return false;
    const found = { input: errorsWithin(error, "input_data"), budget: budgetErrors(error) };
    show(found.input, found.budget);
    return Object.keys({ ...found.input, ...found.budget }).length > 0;
  };
  const faults: Fault[] = [
    ...inOrder(schema, errors.input).map(([path, message]) => ({
      path,
      message,
      name: nameOfPath(schema, path),
    })),
    ...Object.entries(errors.budget).map(([name, message]) => ({
      path: `budget.${name}`,
      message,
      name: "Limits",
    })),
  ];
  return { schema, draft, budget, setBudget, errors, faults, summary, check, refused };
}

function budgetErrors(problem: Problem): FieldErrors {
  const { max_seconds, ...others } = errorsWithin(problem, "budget");
  return max_seconds ? { ...others, max_minutes: max_seconds } : others;
}

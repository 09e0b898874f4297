import type { FieldErrors } from "@/features/json-form/schema";
import type { Schemas } from "@/lib/api/client";

export type Budget = Schemas["Budget"];

/** As it is typed; empty is no limit of one's own. */
export interface BudgetText {
  max_tokens: string;
  max_cost_usd: string;
  max_minutes: string;
}

export const NO_BUDGET: BudgetText = { max_tokens: "", max_cost_usd: "", max_minutes: "" };

/** Null where nothing is limited; NaN is left for `budgetFaults` to tell. */
export function budgetOf({ max_tokens, max_cost_usd, max_minutes }: BudgetText): Budget | null {
  const minutes = numberIn(max_minutes);
  const budget: Budget = {
    max_tokens: numberIn(max_tokens),
    max_cost_usd: numberIn(max_cost_usd),
    max_seconds: minutes === null ? null : minutes * 60,
  };
  return Object.values(budget).some((limit) => limit !== null) ? budget : null;
}

function numberIn(text: string): number | null {
  const trimmed = text.trim().replaceAll(/[\s,]/g, "");
  return trimmed ? Number(trimmed) : null;
}

export function budgetFaults(text: BudgetText): FieldErrors {
  const found: Record<string, string> = {};
  for (const [name, written] of Object.entries(text)) {
    const number = numberIn(written);
    if (number === null) continue;
    if (!(number > 0)) found[name] = "This should be a number above 0.";
    else if (name === "max_tokens" && !Number.isInteger(number))
      found[name] = "This should be a whole number.";
  }
  return found;
}

import type { FormSchema } from "@/features/json-form/schema";
import { choiceLabel, fieldsOf } from "@/features/json-form/schema";
import { isRecord } from "@/features/json-form/values";
import { $api, type Schemas } from "@/lib/api/client";
import { formatDuration, formatPercent, plural } from "@/lib/format";

export type Template = Schemas["TemplateOut"];

const MOST_TEMPLATES = 200;

export function useTemplates() {
  return $api.useQuery("get", "/api/v1/workflows/templates", {
    params: { query: { is_active: true, limit: MOST_TEMPLATES } },
  });
}

export function useCategories() {
  return $api.useQuery("get", "/api/v1/workflows/categories");
}

export function formOf(template: Template): FormSchema {
  return template.input_schema as FormSchema; // the API takes no other schema for a form
}

/** Those of a category in which every word is found. */
export function matching(templates: readonly Template[], text: string, category: string | null): Template[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return templates.filter((template) => {
    const told =
      `${template.title} ${template.description} ${template.name} ${template.category}`.toLowerCase();
    return (
      (category === null || template.category === category) && words.every((word) => told.includes(word))
    );
  });
}

export function typicalTime({ avg_duration, estimated_duration }: Template): string | null {
  if (avg_duration !== null) return `${formatDuration(avg_duration)} on average here`;
  return estimated_duration ? `about ${formatDuration(estimated_duration)}` : null;
}

export function successInWords({ success_rate, usage_count }: Template): string {
  if (usage_count === 0) return "not run here yet";
  const runs = `run ${plural(usage_count, "time")}`;
  return success_rate === null ? runs : `${runs}, ${formatPercent(success_rate)} succeeded`;
}

/** What it asks for, without what has an answer already. */
export function asksFor(template: Template): string[] {
  const fields = fieldsOf(formOf(template));
  const needed = fields.filter(({ isRequired }) => isRequired);
  return (needed.length > 0 ? needed : fields).map(({ label }) => label);
}

/** The kinds of files that it can make. */
export function filesOf(template: Template): string[] {
  const formats = definedSteps(template)
    .filter(({ type }) => type === "export")
    .flatMap((step) => formatsOf(template, step.input?.format));
  return [...new Set(formats)].map(choiceLabel);
}

function formatsOf(template: Template, format: unknown): string[] {
  if (typeof format !== "string") return [];
  const field = /^\{\{\s*input\.(\w+)\s*\}\}$/.exec(format)?.[1];
  if (!field) return format.includes("{") ? [] : [format];
  const choices = formOf(template).properties?.[field]?.enum ?? [];
  return choices.filter((choice) => typeof choice === "string");
}

interface DefinedStep {
  name: string;
  type: string;
  title?: string | null;
  input?: { format?: unknown };
}

export function definedSteps({ definition }: Template): readonly DefinedStep[] {
  return Array.isArray(definition.steps) ? definition.steps : [];
}

/** The most tokens that the template itself allows. */
export function ownTokenLimit({ definition }: Template): number | null {
  const budget = definition.budget;
  const limit = isRecord(budget) ? budget.max_tokens : null;
  return typeof limit === "number" ? limit : null;
}

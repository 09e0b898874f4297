import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { formatNumber, plural } from "@/lib/format";
import { type FieldErrors, type FormSchema, kindOf } from "./schema";
import { isRecord } from "./values";

/** What is wrong, by the path of the field. The validator compiles nothing, so that the page needs no `eval`. */
export function faultsOf(schema: FormSchema, value: unknown): FieldErrors {
  const { errors } = new Validator(schema as Schema, "2020-12", false).validate(value);
  const found: Record<string, string> = {};
  for (const unit of errors) {
    for (const [path, message] of faultsIn(unit, schema, value)) found[path] ??= message;
  }
  return found;
}

/** These only say that something within them is wrong. */
const AROUND = new Set(["properties", "items", "allOf"]);

function faultsIn(unit: OutputUnit, schema: FormSchema, value: unknown): [path: string, message: string][] {
  if (AROUND.has(unit.keyword)) return [];
  const keys = unit.instanceLocation.split("/").slice(1).map(unescaped);
  const form = formAt(schema, keys);
  const there = valueAt(value, keys);
  if (unit.keyword === "required") return missing(form, there, keys);
  return [[keys.join("."), sentence(unit.keyword, form, there)]];
}

function missing(form: FormSchema, there: unknown, keys: readonly string[]): [string, string][] {
  const names = (form.required ?? []).filter((name) => !isRecord(there) || !(name in there));
  return names.map((name) => [[...keys, name].join("."), whatIsMissing(form.properties?.[name] ?? {})]);
}

function whatIsMissing(form: FormSchema): string {
  const kind = kindOf(form);
  if (kind === "document") return "Choose a document.";
  return kind === "choice" ? "Choose one of these." : "Fill this in.";
}

function sentence(keyword: string, form: FormSchema, value: unknown): string {
  switch (keyword) {
    case "minLength":
      return value === "" ? "Fill this in." : `Write at least ${plural(form.minLength ?? 0, "character")}.`;
    case "maxLength":
      return `Write at most ${plural(form.maxLength ?? 0, "character")}.`;
    case "minItems":
      return form.minItems === 1 ? "Add at least one." : `Add at least ${form.minItems}.`;
    case "maxItems":
      return `There may be at most ${form.maxItems}; remove some.`;
    case "uniqueItems":
      return "The same is there twice.";
    case "enum":
      return "Choose one of these.";
    case "format":
      return form.format === "date" ? "This is not a date." : "This is not written as it should be.";
    case "type":
      return whatTypeIsMeant(form);
    default:
      return limit(keyword, form) ?? "This may not stand here.";
  }
}

function whatTypeIsMeant(form: FormSchema): string {
  if (form.type === "integer") return "This should be a whole number.";
  return form.type === "number" ? "This should be a number." : "This is not what is asked for.";
}

function limit(keyword: string, form: FormSchema): string | null {
  const limits: Record<string, [words: string, bound: number | undefined]> = {
    minimum: ["at least", form.minimum],
    maximum: ["at most", form.maximum],
    exclusiveMinimum: ["more than", form.exclusiveMinimum],
    exclusiveMaximum: ["less than", form.exclusiveMaximum],
    multipleOf: ["a multiple of", form.multipleOf],
  };
  const [words, bound] = limits[keyword] ?? [];
  return words && bound !== undefined ? `This should be ${words} ${formatNumber(bound)}.` : null;
}

function formAt(schema: FormSchema, keys: readonly string[]): FormSchema {
  let form: FormSchema | undefined = schema;
  for (const key of keys) form = form?.properties?.[key] ?? form?.items;
  return form ?? {};
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  let there = value;
  for (const key of keys)
    there = isRecord(there) || Array.isArray(there) ? Reflect.get(there, key) : undefined;
  return there;
}

function unescaped(part: string): string {
  return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
}

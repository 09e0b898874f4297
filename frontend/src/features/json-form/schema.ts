/**
 * The forms of workflows: JSON Schemas (2020-12) whose top is an object. Here is what can be drawn of them; a part that
 * nobody foresaw is written as JSON, so that no template is out of reach.
 */
export interface FormSchema {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  examples?: readonly unknown[];
  enum?: readonly unknown[];
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  items?: FormSchema;
  properties?: Readonly<Record<string, FormSchema>>;
  required?: readonly string[];
  /** How many lines a text box has at first. */
  "x-lines"?: number;
}

export type FieldKind =
  | "text"
  | "lines"
  | "choice"
  | "number"
  | "yes-no"
  | "date"
  | "document"
  | "documents"
  | "choices"
  | "texts"
  | "rows"
  | "json";

export interface FormField {
  name: string;
  kind: FieldKind;
  label: string;
  isRequired: boolean;
  schema: FormSchema;
}

export type FormValues = Readonly<Record<string, unknown>>;
/** By the field's path, such as `playbook.0.topic`. */
export type FieldErrors = Readonly<Record<string, string>>;

const LONGEST_LINE = 500;

export function fieldsOf(schema: FormSchema): FormField[] {
  return Object.entries(schema.properties ?? {}).map(([name, form]) => ({
    name,
    kind: kindOf(form),
    label: form.title ?? humanized(name),
    isRequired: schema.required?.includes(name) ?? false,
    schema: form,
  }));
}

export function kindOf(form: FormSchema): FieldKind {
  if (isTexts(form.enum)) return "choice";
  switch (form.type) {
    case "string":
      return kindOfText(form);
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "yes-no";
    case "array":
      return kindOfList(form.items);
    default:
      return "json";
  }
}

function kindOfText(form: FormSchema): FieldKind {
  if (form.format === "document-id") return "document";
  if (form.format === "date") return "date";
  return form["x-lines"] || (form.maxLength ?? 0) > LONGEST_LINE ? "lines" : "text";
}

const LISTS: Partial<Record<FieldKind, FieldKind>> = {
  document: "documents",
  choice: "choices",
  text: "texts",
  lines: "texts",
};

function kindOfList(items: FormSchema | undefined): FieldKind {
  if (!items) return "json";
  if (items.type === "object") {
    const isFlat = fieldsOf(items).every(({ kind }) => kind !== "rows" && kind !== "json");
    return items.properties && isFlat ? "rows" : "json";
  }
  return LISTS[kindOf(items)] ?? "json";
}

function isTexts(values: readonly unknown[] | undefined): values is readonly string[] {
  return values?.every((value) => typeof value === "string" && value !== "") ?? false;
}

/** `file_format` as "File format". */
export function humanized(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const FILE_FORMATS: Readonly<Record<string, string>> = {
  docx: "Word (.docx)",
  xlsx: "Excel (.xlsx)",
  pdf: "PDF",
  md: "Markdown (.md)",
  ics: "Calendar (.ics)",
  json: "JSON",
};

export function choiceLabel(value: string): string {
  return FILE_FORMATS[value] ?? humanized(value);
}

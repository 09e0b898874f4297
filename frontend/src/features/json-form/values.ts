import { type FieldKind, type FormField, type FormSchema, type FormValues, fieldsOf } from "./schema";

/** What a field holds before anybody has touched it. Null is "not given". */
const EMPTY: Readonly<Record<FieldKind, unknown>> = {
  text: "",
  lines: "",
  choice: null,
  number: null,
  "yes-no": false,
  date: "",
  document: null,
  documents: [],
  choices: [],
  texts: [],
  rows: [],
  json: null,
};

/** The defaults, and over them what is given for fields that the form has. */
export function initialValues(schema: FormSchema, given: FormValues = {}): FormValues {
  const values = fieldsOf(schema).map(({ name, kind, schema: form }) => {
    const start = form.default ?? EMPTY[kind];
    const wanted = given[name];
    return [name, wanted !== undefined && isOfKind(kind, wanted) ? wanted : start];
  });
  return Object.fromEntries(values);
}

/** Whether a value that was kept elsewhere, such as by another version of the form, can be shown by this field. */
function isOfKind(kind: FieldKind, value: unknown): boolean {
  const empty = EMPTY[kind];
  if (kind === "json") return true;
  if (kind === "rows") return Array.isArray(value) && value.every(isRecord);
  if (Array.isArray(empty)) return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (kind === "number") return value === null || typeof value === "number";
  if (kind === "yes-no") return typeof value === "boolean";
  return typeof value === "string" || (empty === null && value === null);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As it is sent: what was left empty is left out, and so are blank lines of lists. */
export function cleaned(schema: FormSchema, values: FormValues): Record<string, unknown> {
  const sent = fieldsOf(schema).map(
    (field) => [field.name, cleanedField(field, values[field.name])] as const,
  );
  return Object.fromEntries(sent.filter(([, value]) => value !== undefined));
}

function cleanedField({ kind, schema }: FormField, value: unknown): unknown {
  switch (kind) {
    case "texts":
      return asTexts(value)
        .map((text) => text.trim())
        .filter(Boolean);
    case "rows":
      return asRows(value)
        .filter((row) => !isBlank(schema.items ?? {}, row))
        .map((row) => cleaned(schema.items ?? {}, row));
    case "text":
    case "lines":
      return value === "" && schema.default === undefined ? undefined : value;
    default:
      return value === null || value === "" ? undefined : value;
  }
}

/** A row in which nothing was written but what stands there by itself. */
function isBlank(form: FormSchema, row: FormValues): boolean {
  const untouched = initialValues(form);
  return fieldsOf(form).every(({ name }) => row[name] === undefined || row[name] === untouched[name]);
}

export function asTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function asRows(value: unknown): readonly FormValues[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

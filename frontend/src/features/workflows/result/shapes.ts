import { isRecord } from "@/features/json-form/values";

/** Ids say nothing to a reader. */
const ID = /^[0-9a-f]{24}$/;
const isHidden = (name: string, value: unknown) =>
  name === "id" || name.endsWith("_id") || (typeof value === "string" && ID.test(value));

export function shownEntries(value: Record<string, unknown>): [name: string, value: unknown][] {
  return Object.entries(value).filter(([name, inner]) => !isHidden(name, inner));
}

/** Whether it can be a row: no lists with something in them, and no records. */
export function isFlat(value: unknown): boolean {
  return (
    isRecord(value) &&
    shownEntries(value).every(([, inner]) => (Array.isArray(inner) ? inner.length === 0 : !isRecord(inner)))
  );
}

/** The columns that say something in at least one row; the number first. */
export function columnsOf(rows: readonly Record<string, unknown>[]): string[] {
  const names = [...new Set(rows.flatMap((row) => shownEntries(row).map(([name]) => name)))];
  const telling = names.filter((name) => rows.some((row) => !isEmpty(row[name])));
  return telling.sort((one, other) => Number(other === "n") - Number(one === "n"));
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

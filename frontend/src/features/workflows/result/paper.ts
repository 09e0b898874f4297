import { isRecord } from "@/features/json-form/values";
import type { Execution, Step } from "../execution";

/** What a step that makes a file is given: the result as words and tables. */
export interface Paper {
  title: string;
  sections: { heading: string; markdown: string }[];
  tables: { title: string; columns: string[]; rows: unknown[][] }[];
  notes: string[];
}

/** The steps that have written a file, in their order. */
export function paperSteps(run: Execution): Step[] {
  return run.steps.filter(({ type, status }) => type === "export" && status === "completed");
}

/** Null when there is nothing in it to read, such as in a calendar. */
export function paperOf(given: unknown): Paper | null {
  if (!isRecord(given)) return null;
  const first = text(given.markdown);
  const sections = records(given.sections).map((section) => ({
    heading: text(section.heading),
    markdown: text(section.markdown),
  }));
  const paper: Paper = {
    title: text(given.title),
    sections: [...(first ? [{ heading: "", markdown: first }] : []), ...sections].filter(({ markdown }) =>
      markdown.trim(),
    ),
    tables: records(given.tables).map((table) => ({
      title: text(table.title),
      columns: list(table.columns).map(String),
      rows: list(table.rows).map(list),
    })),
    notes: list(given.notes).map(String),
  };
  return paper.sections.length + paper.tables.length > 0 ? paper : null;
}

export interface Source {
  n: number;
  document_id: string | null;
  document_title: string;
  page: number | null;
  quote: string;
  verified: boolean | null;
  verdict: string | null;
}

/** The citations of a result, by their numbers. */
export function sourcesOf(output: unknown): Source[] {
  const given = isRecord(output) ? records(output.citations) : [];
  return given.map(asSource).sort((one, other) => one.n - other.n);
}

function asSource(row: Record<string, unknown>): Source {
  const page = row.page_start ?? row.page;
  return {
    n: typeof row.n === "number" ? row.n : 0,
    document_id: text(row.document_id) || null,
    document_title: text(row.document_title) || "Document",
    page: typeof page === "number" ? page : null,
    quote: text(row.quote),
    verified: typeof row.verified === "boolean" ? row.verified : null,
    verdict: text(row.verdict) || null,
  };
}

const ELSEWHERE = new Set(["citations", "notes", "markdown", "analysis_id", "method"]);

/** What is left of a result when its sources, its notes and its files have their own places. */
export function findingsOf(output: unknown): Record<string, unknown> {
  if (!isRecord(output)) return output === null || output === undefined ? {} : { result: output };
  const kept = Object.entries(output).filter(([name, value]) => !ELSEWHERE.has(name) && !isFile(value));
  return Object.fromEntries(kept);
}

function isFile(value: unknown): boolean {
  return isRecord(value) && "file_id" in value;
}

/** Marks such as [2] as links to the source of that number; others stay as they are written. */
export function withMarks(markdown: string, numbers: ReadonlySet<number>): string {
  return markdown.replaceAll(/\[(\d{1,3})\](?![[(:])/g, (mark, digits: string) =>
    numbers.has(Number(digits)) ? `[\\[${digits}\\]](#source-${digits})` : mark,
  );
}

const text = (value: unknown) => (typeof value === "string" ? value : "");
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const records = (value: unknown) => list(value).filter(isRecord);

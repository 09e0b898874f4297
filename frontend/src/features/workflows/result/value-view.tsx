"use client";

import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { humanized } from "@/features/json-form/schema";
import { isRecord } from "@/features/json-form/values";
import { formatDateTime, formatDay, formatNumber } from "@/lib/format";
import { ScrollBox } from "./scroll-box";
import { columnsOf, isFlat, shownEntries } from "./shapes";

/** Any value of a result, as a reader expects it: facts, lists and tables rather than braces. */
export function ValueView({ value }: { value: unknown }) {
  if (Array.isArray(value)) return <ListView items={value} />;
  return isRecord(value) ? <RecordView value={value} /> : <Plain value={value} />;
}

function RecordView({ value }: { value: Record<string, unknown> }) {
  const entries = shownEntries(value);
  if (entries.length === 0) return <span className="text-muted">–</span>;
  return (
    <dl className="space-y-4">
      {entries.map(([name, inner]) => (
        <div
          key={name}
          className={isPlain(inner) ? "grid gap-x-4 sm:grid-cols-[10rem_minmax(0,1fr)]" : "space-y-1.5"}
        >
          <dt className="font-medium">{humanized(name)}</dt>
          <dd className={isPlain(inner) ? "" : "border-line border-s-2 ps-3"}>
            <ValueView value={inner} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const AT_FIRST = 25;

function ListView({ items }: { items: readonly unknown[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? items : items.slice(0, AT_FIRST);
  if (items.length === 0) return <span className="text-muted">None</span>;
  return (
    <div className="space-y-2">
      {shown.every(isRecord) && shown.every(isFlat) ? <RowsView rows={shown} /> : <Items items={shown} />}
      {shown.length < items.length && (
        <Button size="small" onClick={() => setWhole(true)}>
          Show all {items.length}
        </Button>
      )}
    </div>
  );
}

function Items({ items }: { items: readonly unknown[] }) {
  const arePlain = items.every(isPlain);
  return (
    <ul className={arePlain ? "list-disc space-y-1 ps-5" : "space-y-3"}>
      {items.map((item, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: it has nothing but its place
          key={index}
          className={arePlain ? "" : "rounded-lg border border-line p-3"}
        >
          <ValueView value={item} />
        </li>
      ))}
    </ul>
  );
}

function RowsView({ rows }: { rows: readonly Record<string, unknown>[] }) {
  const columns = columnsOf(rows);
  return (
    <ScrollBox label="Table">
      <table className="w-full text-[0.8125rem]">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                className="border-line border-b py-1.5 pe-4 text-start font-medium text-muted"
              >
                {column === "n" ? "No." : humanized(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: it has nothing but its place
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} className="max-w-md border-line border-b py-2 pe-4 align-top">
                  <TableCell column={column} value={row[column]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function TableCell({ column, value }: { column: string; value: unknown }) {
  if (column !== "supported" || typeof value !== "boolean") return <Plain value={value} />;
  return <Badge tone={value ? "good" : "warn"}>{value ? "Proven" : "Not proven"}</Badge>;
}

const FOLDED_FROM = 400;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;

function Plain({ value }: { value: unknown }) {
  if (value === null || value === undefined || value === "") return <span className="text-muted">–</span>;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return formatNumber(value);
  const text = String(value);
  if (DAY.test(text)) return <span className="whitespace-nowrap">{formatDay(text)}</span>;
  if (MOMENT.test(text) && !Number.isNaN(Date.parse(text))) return formatDateTime(text);
  return text.length > FOLDED_FROM ? (
    <LongText text={text} />
  ) : (
    <span className="whitespace-pre-line">{text}</span>
  );
}

function LongText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  return (
    <span className="whitespace-pre-line wrap-anywhere">
      {isWhole ? text : `${text.slice(0, FOLDED_FROM)}… `}
      <Button look="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
        {isWhole ? " Less" : "More"}
      </Button>
    </span>
  );
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

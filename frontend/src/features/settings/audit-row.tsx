"use client";

import { Time } from "@/components/ui/time";
import type { Schemas } from "@/lib/api/client";
import { actionWords } from "./audit-words";
import { deviceName } from "./device-name";

type Row = Schemas["Page_RowOut_"]["items"][number];

export function AuditRow({ row, name }: { row: Row; name: string | null | undefined }) {
  const details = Object.entries(row.details);
  return (
    <li className="py-2.5">
      <details className="group/row">
        <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-0.5 rounded hover:bg-hover">
          <span className="w-40 shrink-0 text-muted">
            <Time at={row.at} isAbsolute />
          </span>
          <span className="font-medium">{actionWords(row.action)}</span>
          <span className="text-muted">{who(row, name)}</span>
          {row.object.id && (
            <span className="text-muted wrap-anywhere">
              {row.object.kind.replaceAll("_", " ")}{" "}
              <span className="font-mono text-xs">{row.object.id}</span>
            </span>
          )}
        </summary>
        <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 ps-4 text-[0.8125rem] [&_dd]:wrap-anywhere [&_dt]:text-muted">
          <dt>From</dt>
          <dd>
            {row.ip_address ?? "erased"}
            {row.user_agent && ` · ${deviceName(row.user_agent)}`}
          </dd>
          <dt>Request</dt>
          <dd className="font-mono text-xs leading-5">{row.request_id}</dd>
          <dt>Line</dt>
          <dd>{row.seq}</dd>
          {details.map(([detail, value]) => (
            <Detail key={detail} name={detail} value={value} />
          ))}
        </dl>
      </details>
    </li>
  );
}

function Detail({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{name.replaceAll("_", " ")}</dt>
      <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
    </>
  );
}

function who(row: Row, name: string | null | undefined): string {
  if (!row.actor.user_id) return "by Elenchus itself";
  const by = name ?? `user ${row.actor.user_id}`;
  return row.actor.api_key_id ? `by ${by}, with an API key` : `by ${by}`;
}

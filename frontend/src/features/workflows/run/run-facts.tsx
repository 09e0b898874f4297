import Link from "next/link";
import type { ReactNode } from "react";
import { Progress } from "@/components/ui/progress";
import { Time } from "@/components/ui/time";
import { formatDuration, formatMoney, formatNumber } from "@/lib/format";
import { type Execution, runAddress } from "../execution";
import { RawData } from "../result/raw-data";

export function RunFacts({ run }: { run: Execution }) {
  return (
    <section aria-labelledby="facts" className="space-y-3">
      <h2 id="facts" className="font-semibold">
        About this run
      </h2>
      <dl className="space-y-2 rounded-xl border border-line bg-surface p-4 text-[0.8125rem]">
        <Fact name="Started">
          <Time at={run.created_at} isAbsolute />
        </Fact>
        {run.duration_seconds !== null && <Fact name="Took">{formatDuration(run.duration_seconds)}</Fact>}
        <Fact name="Workflow">
          <FactLink href={`/workflows/?t=${run.template_id}`}>{run.template_name}</FactLink>, version{" "}
          {run.template_version}
        </Fact>
        {run.parent_execution_id && (
          <Fact name="Continues">
            <FactLink href={runAddress(run.parent_execution_id)}>an earlier run</FactLink>
          </Fact>
        )}
        {run.schedule_id && (
          <Fact name="Begun by">
            <FactLink href="/workflows/?tab=schedules">a schedule</FactLink>
          </Fact>
        )}
        <Used
          name="Tokens"
          used={run.usage.total_tokens}
          limit={run.budget.max_tokens}
          format={formatNumber}
        />
        <Used name="Cost" used={run.usage.cost_usd} limit={run.budget.max_cost_usd} format={formatMoney} />
        {run.budget.max_seconds && (
          <Fact name="Time limit">{formatDuration(run.budget.max_seconds)} of work</Fact>
        )}
      </dl>
      <RawData label="Input as it was sent" value={run.input_data} />
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="shrink-0 text-muted">{name}</dt>
      <dd className="min-w-0 text-end wrap-anywhere">{children}</dd>
    </div>
  );
}

function FactLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="rounded-sm text-accent-text underline underline-offset-3">
      {children}
    </Link>
  );
}

interface UsedProps {
  name: string;
  /** Null when it is not known. */
  used: number | null;
  limit: number | null | undefined;
  format: (value: number) => string;
}

function Used({ name, used, limit, format }: UsedProps) {
  const told = used === null ? "not known" : format(used);
  return (
    <Fact name={name}>
      {limit ? `${told} of at most ${format(limit)}` : told}
      {limit && used !== null && (
        <Progress label={`${name} used`} fraction={used / limit} className="mt-1 w-40" />
      )}
    </Fact>
  );
}

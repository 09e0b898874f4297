"use client";

import { CircleAlert, Clock } from "lucide-react";
import type { Problem } from "@/lib/api/problem";
import { useRetryCountdown } from "@/lib/api/use-retry-countdown";
import { formatCountdown } from "@/lib/format";

interface FormProblemProps {
  problem: Problem | null;
  /** The fields of this form; what is wrong with them alone stands beside them. */
  fields: readonly string[];
}

/** Why a form was refused, and for how long. */
export function FormProblem({ problem, fields }: FormProblemProps) {
  const seconds = useRetryCountdown(problem);
  const named = Object.keys(problem?.fieldErrors ?? {});
  const isTold = named.length > 0 && named.every((name) => fields.includes(name));
  if (!problem || isTold) return <div role="alert" />;
  const Icon = seconds > 0 ? Clock : CircleAlert;
  return (
    <div role="alert" className="flex gap-2.5 rounded-lg border border-bad/35 bg-bad-soft p-3">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 wrap-anywhere">
        <p className="font-medium">{problem.title}.</p>
        <p className="text-muted">{problem.detail}</p>
        {seconds > 0 && (
          <p className="mt-1 font-medium tabular-nums">Try again in {formatCountdown(seconds)}.</p>
        )}
        {problem.status >= 500 && problem.requestId && (
          <p className="mt-1 font-mono text-muted text-xs">{problem.requestId}</p>
        )}
      </div>
    </div>
  );
}

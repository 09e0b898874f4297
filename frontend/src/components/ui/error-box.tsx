"use client";

import { CircleAlert, Copy, RotateCcw } from "lucide-react";
import { useState } from "react";
import { asProblem, type Problem } from "@/lib/api/problem";
import { useRetryCountdown } from "@/lib/api/use-retry-countdown";
import { copyText } from "@/lib/clipboard";
import { cn } from "@/lib/cn";
import { formatCountdown } from "@/lib/format";
import { Button } from "./button";

interface ErrorBoxProps {
  error: unknown;
  /** What did not work: "The documents could not be loaded". */
  what: string;
  onRetry?: () => unknown;
  className?: string;
}

export function ErrorBox({ error, what, onRetry, className }: ErrorBoxProps) {
  const problem = asProblem(error);
  const seconds = useRetryCountdown(problem);
  return (
    <div
      role="alert"
      className={cn("flex gap-3 rounded-lg border border-bad/35 bg-bad-soft p-3.5", className)}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1 space-y-2">
        <div className="wrap-anywhere">
          <p className="font-medium">{what}</p>
          <p className="text-muted">
            {problem.title}. {problem.detail}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          {onRetry && (
            <Button size="small" onClick={() => onRetry()} disabled={seconds > 0}>
              <RotateCcw aria-hidden /> {seconds > 0 ? `Retry in ${formatCountdown(seconds)}` : "Retry"}
            </Button>
          )}
          <CopyDetails what={what} problem={problem} />
          <span className="font-mono text-muted text-xs wrap-anywhere">
            {problem.code}
            {problem.requestId && ` · ${problem.requestId}`}
          </span>
        </div>
      </div>
    </div>
  );
}

function CopyDetails({ what, problem }: { what: string; problem: Problem }) {
  const [result, setResult] = useState<"Copied" | "Copying was refused" | null>(null);
  const copy = async () =>
    setResult((await copyText(details(what, problem))) ? "Copied" : "Copying was refused");
  return (
    <Button size="small" look="ghost" onClick={copy}>
      <Copy aria-hidden /> <span aria-live="polite">{result ?? "Copy details"}</span>
    </Button>
  );
}

function details(what: string, problem: Problem): string {
  const lines = [
    what,
    `${problem.title}. ${problem.detail}`,
    `Status: ${problem.status}`,
    `Code: ${problem.code}`,
    problem.requestId && `Request: ${problem.requestId}`,
    `Time: ${new Date(problem.receivedAt).toISOString()}`,
    `Page: ${location.pathname}`,
  ];
  return lines.filter(Boolean).join("\n");
}

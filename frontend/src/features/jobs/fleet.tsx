"use client";

import { ChevronRight, Cpu, TriangleAlert } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Time } from "@/components/ui/time";
import type { Schemas } from "@/lib/api/client";
import { formatDuration, formatNumber, plural } from "@/lib/format";
import { shortId } from "./job-words";

interface FleetProps {
  stats: Schemas["JobStats"];
  onOpen: (id: string) => void;
}

/** Where jobs wait, and what works on them. Its summary says by itself when something is wrong. */
export function Fleet({ stats, onOpen }: FleetProps) {
  const stuck = stats.queues.reduce((sum, queue) => sum + queue.stalled, 0);
  const alive = stats.workers.filter((worker) => worker.alive).length;
  const isIdle = alive === 0;
  return (
    <details className="group/fleet rounded-lg border border-line bg-surface">
      <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-3 gap-y-1 rounded-lg px-3 py-2 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 text-muted group-open/fleet:rotate-90" />
        <span className="font-medium">Queues and workers</span>
        <span className="text-muted">{summary(stats, alive)}</span>
        {isIdle && <Warning>No worker is alive: nothing is done until one is started</Warning>}
        {stuck > 0 && <Warning>{plural(stuck, "job")} stuck on a silent worker</Warning>}
      </summary>
      <div className="grid gap-4 border-line border-t p-3 @3xl:grid-cols-2">
        <Queues queues={stats.queues} minutes={stats.window_minutes} />
        <Workers workers={stats.workers} onOpen={onOpen} />
      </div>
    </details>
  );
}

function Warning({ children }: { children: React.ReactNode }) {
  return (
    <Badge tone="warn" className="whitespace-normal">
      <TriangleAlert aria-hidden /> {children}
    </Badge>
  );
}

function summary(stats: Schemas["JobStats"], alive: number): string {
  const waits = stats.queues.map((queue) => queue.oldest_waiting_seconds ?? 0);
  const oldest = Math.max(0, ...waits);
  const workers = `${plural(alive, "worker")} alive`;
  return oldest >= 1 ? `${workers} · oldest wait ${formatDuration(oldest)}` : workers;
}

function Queues({ queues, minutes }: { queues: Schemas["QueueStats"][]; minutes: number }) {
  return (
    <section aria-label="Queues" className="space-y-3">
      {queues.map((queue) => (
        <div key={queue.queue} className="space-y-1">
          <h2 className="flex flex-wrap items-center gap-2 font-medium">
            Queue “{queue.queue}”{queue.stalled > 0 && <Warning>{formatNumber(queue.stalled)} stuck</Warning>}
          </h2>
          <dl className="grid grid-cols-2 gap-x-4 gap-y-0.5 @lg:grid-cols-3">
            <Figure name="Waiting">{formatNumber(queue.depth)}</Figure>
            <Figure name="Running">{formatNumber(queue.running)}</Figure>
            <Figure name="To go on later">{formatNumber(queue.delayed)}</Figure>
            <Figure name="Oldest wait">{seconds(queue.oldest_waiting_seconds)}</Figure>
            <Figure name={`Done a minute (${minutes} min)`}>{queue.done_per_minute.toFixed(1)}</Figure>
            <Figure name="Typical wait">{seconds(milliseconds(queue.latency_p50_ms))}</Figure>
          </dl>
        </div>
      ))}
    </section>
  );
}

function Figure({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="tabular-nums">{children}</dd>
    </div>
  );
}

const seconds = (value: number | null) => (value === null ? "–" : formatDuration(value));
const milliseconds = (value: number | null) => (value === null ? null : value / 1000);

function Workers({ workers, onOpen }: { workers: Schemas["WorkerOut"][]; onOpen: (id: string) => void }) {
  return (
    <section aria-label="Workers" className="space-y-2">
      <h2 className="font-medium">Workers</h2>
      {workers.length === 0 && <p className="text-muted">None has ever reported.</p>}
      <ul className="space-y-2">
        {workers.map((worker) => (
          <li key={worker.name} className="flex gap-2">
            <Cpu aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-2">
                <span className="font-mono text-xs wrap-anywhere">{worker.name}</span>
                {worker.alive ? <Badge tone="good">Alive</Badge> : <Warning>Silent</Warning>}
              </p>
              <p className="text-[0.8125rem] text-muted">
                Last sign of life <Time at={worker.seen_at} /> · <Works worker={worker} onOpen={onOpen} />
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Works({ worker, onOpen }: { worker: Schemas["WorkerOut"]; onOpen: (id: string) => void }) {
  if (worker.busy === 0) return "idle";
  const hidden = worker.busy - worker.jobs.length;
  return (
    <>
      runs {plural(worker.busy, "job")}
      {worker.jobs.map((id) => (
        <button
          key={id}
          type="button"
          onClick={() => onOpen(id)}
          className="ms-1.5 min-h-6 rounded-sm font-mono text-accent-text text-xs underline underline-offset-3"
        >
          {shortId(id)}
        </button>
      ))}
      {hidden > 0 && worker.jobs.length > 0 && ` and ${hidden} of others`}
    </>
  );
}

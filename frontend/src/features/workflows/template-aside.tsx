import Link from "next/link";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { choiceLabel } from "@/features/json-form/schema";
import { $api } from "@/lib/api/client";
import { runAddress } from "./execution";
import { executionStatus } from "./execution-status";
import { definedSteps, filesOf, successInWords, type Template, typicalTime } from "./template";

export function TemplateAside({ template }: { template: Template }) {
  const files = filesOf(template);
  const facts = [
    ["Takes", typicalTime(template)],
    ["Here", successInWords(template)],
    ["Files", files.join(", ")],
    ["Category", choiceLabel(template.category)],
    ["Version", String(template.version)],
  ].filter(([, value]) => value);
  return (
    <aside aria-label="About this workflow" className="space-y-6 text-[0.8125rem]">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 rounded-xl border border-line bg-surface p-4">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <section className="space-y-2">
        <h2 className="font-semibold">What it does</h2>
        <ol className="list-decimal space-y-1 ps-5 text-muted">
          {stepsOf(template).map((title) => (
            <li key={title}>{title}</li>
          ))}
        </ol>
      </section>
      <LastRuns templateId={template.id} />
    </aside>
  );
}

function stepsOf(template: Template): string[] {
  return [...new Set(definedSteps(template).map(({ name, title }) => title ?? name))];
}

function LastRuns({ templateId }: { templateId: string }) {
  const runs = $api.useQuery("get", "/api/v1/workflows/executions", {
    params: { query: { template_id: templateId, limit: 5 } },
  });
  if (!runs.data || runs.data.items.length === 0) return null;
  return (
    <section className="space-y-2">
      <h2 className="font-semibold">Last runs</h2>
      <ul className="space-y-1.5">
        {runs.data.items.map((run) => (
          <li key={run.execution_id} className="flex items-center justify-between gap-3">
            <Status look={executionStatus[run.status]} />
            <Link
              href={runAddress(run.execution_id)}
              className="rounded-sm py-0.5 text-accent-text underline underline-offset-3"
            >
              <Time at={run.created_at} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

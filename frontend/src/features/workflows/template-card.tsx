import Link from "next/link";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { choiceLabel } from "@/features/json-form/schema";
import { asksFor, filesOf, successInWords, type Template, typicalTime } from "./template";
import { TemplateIcon } from "./template-icon";

export function TemplateCard({ template }: { template: Template }) {
  const time = typicalTime(template);
  const files = filesOf(template);
  return (
    <li className="relative flex flex-col rounded-xl border border-line bg-surface p-4 transition-colors hover:border-line-strong/70 hover:bg-hover/40">
      <div className="flex items-start gap-3">
        <TemplateIcon name={template.icon} />
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-base leading-snug">
            <Link
              href={`/workflows/?t=${template.id}`}
              className="after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-focus"
            >
              {template.title}
            </Link>
          </h2>
          <p className="text-[0.8125rem] text-muted">
            {choiceLabel(template.category)} · version {template.version}
          </p>
        </div>
        {!template.is_public && <Badge tone="info">Your firm's</Badge>}
      </div>
      <p className="mt-3 mb-4 line-clamp-4 text-muted">{template.description}</p>
      <dl className="mt-auto space-y-1 border-line border-t pt-3 text-[0.8125rem]">
        <Fact name="Asks for">{asksFor(template).join(", ")}</Fact>
        {files.length > 0 && <Fact name="Gives">{files.join(", ")}</Fact>}
        <Fact name="Takes">{[time, successInWords(template)].filter(Boolean).join("; ")}</Fact>
      </dl>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[4.25rem_minmax(0,1fr)]">
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

"use client";

import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import type { Tone } from "@/components/ui/tone";
import type { Schemas } from "@/lib/api/client";
import { formatDay, formatNumber, plural } from "@/lib/format";
import { Authorities } from "./authorities";
import { Finding } from "./finding";

type Result = Schemas["AnalysisResult"];

const SEVERITY: Record<Schemas["Risk"]["severity"], { label: string; tone: Tone }> = {
  high: { label: "High", tone: "bad" },
  medium: { label: "Medium", tone: "warn" },
  low: { label: "Low", tone: "muted" },
};

/** All that was found, each with the words of the document it stands on. */
export function AnalysisFindings({ result }: { result: Result }) {
  return (
    <div className="space-y-6">
      <Group title="What it is" count={1}>
        <Finding statement={result.document_type} />
        <Finding statement={result.purpose} />
      </Group>
      <Answers answers={result.answers ?? []} />
      <Risks risks={result.risks ?? []} />
      <Parts result={result} />
      <Recommendations found={result.recommendations ?? []} />
      <Authorities authorities={result.authorities ?? []} />
      <Notes result={result} />
    </div>
  );
}

export function Group({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <section>
      <h3 className="mb-2 font-semibold">
        {title} {count > 1 && <span className="font-normal text-muted">{count}</span>}
      </h3>
      <ul className="space-y-3">{children}</ul>
    </section>
  );
}

function Answers({ answers }: { answers: Schemas["Answer"][] }) {
  return (
    <Group title="Your questions" count={answers.length}>
      {answers.map((answer) => (
        <Finding
          key={answer.question}
          statement={answer}
          title={answer.question}
          isNegative={!answer.answered}
        />
      ))}
    </Group>
  );
}

function Risks({ risks }: { risks: Schemas["Risk"][] }) {
  return (
    <Group title="Risks" count={risks.length}>
      {risks.map((risk) => (
        <Finding
          key={`${risk.kind} ${risk.text}`}
          statement={risk}
          title={risk.kind ? inWords(risk.kind) : undefined}
          badge={<Badge tone={SEVERITY[risk.severity].tone}>{SEVERITY[risk.severity].label}</Badge>}
        />
      ))}
    </Group>
  );
}

function Parts({ result }: { result: Result }) {
  const { parties = [], dates = [], key_terms = [], clauses = [] } = result;
  return (
    <>
      <Group title="Parties" count={parties.length}>
        {parties.map((party) => (
          <Finding
            key={`${party.name} ${party.role}`}
            statement={party}
            title={party.name}
            badge={party.role && <Badge>{party.role}</Badge>}
          />
        ))}
      </Group>
      <Group title="Dates" count={dates.length}>
        {dates.map((date) => (
          <Finding
            key={`${date.written} ${date.text}`}
            statement={date}
            title={date.date ? formatDay(date.date) : date.written}
          />
        ))}
      </Group>
      <Group title="Terms" count={key_terms.length}>
        {key_terms.map((term) => (
          <Finding key={`${term.term} ${term.text}`} statement={term} title={term.term} />
        ))}
      </Group>
      <Group title="Clauses" count={clauses.length}>
        {clauses.map((clause) => (
          <Finding
            key={`${clause.kind} ${clause.text}`}
            statement={clause}
            title={clause.title ?? inWords(clause.kind)}
            badge={clause.title && <Badge>{inWords(clause.kind)}</Badge>}
          />
        ))}
      </Group>
    </>
  );
}

function Recommendations({ found }: { found: Schemas["Recommendation"][] }) {
  return (
    <Group title="What to look at" count={found.length}>
      {found.map((one) => (
        <Finding
          key={`${one.about} ${one.text}`}
          statement={one}
          isNegative={one.basis === "missing"}
          badge={one.basis === "missing" && <Badge tone="warn">Not found in it</Badge>}
        />
      ))}
    </Group>
  );
}

function Notes({ result: { notes = [], omitted = {}, sections_read, characters_read } }: { result: Result }) {
  const left = Object.entries(omitted).filter(([, count]) => count > 0);
  return (
    <footer className="space-y-1.5 border-line border-t pt-3 text-[0.8125rem] text-muted">
      <p>
        {plural(sections_read, "section")} and {formatNumber(characters_read)} characters were read.
      </p>
      {left.length > 0 && (
        <p>
          Not shown, for there is more than fits:{" "}
          {left.map(([name, count]) => `${count} of ${inWords(name)}`).join(", ")}.
        </p>
      )}
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </footer>
  );
}

function inWords(slug: string): string {
  const words = slug.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

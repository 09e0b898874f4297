"use client";

import { BadgeCheck, CircleHelp, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/field";
import { plural } from "@/lib/format";
import type { Source } from "./paper";
import { VERDICTS } from "./verdicts";

const AT_FIRST = 60;
const LONGEST_IN_ADDRESS = 300;

/** The passages that a result rests on, and whether they were found as they are quoted. */
export function Sources({ sources, asked }: { sources: readonly Source[]; asked: number | null }) {
  const [areOnlyFailing, setOnlyFailing] = useState(false);
  const [isWhole, setWhole] = useState(asked !== null);
  useEffect(() => {
    const place = asked === null ? null : document.getElementById(`source-${asked}`);
    place?.scrollIntoView({ block: "center" });
    place?.focus({ preventScroll: true });
  }, [asked]);
  const failing = sources.filter(({ verified }) => verified !== true);
  const wanted = areOnlyFailing ? failing : sources;
  const shown = isWhole || sources.length < 2 * AT_FIRST ? wanted : wanted.slice(0, AT_FIRST);
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <p>
          {failing.length === 0
            ? `All ${plural(sources.length, "passage")} were found as they are quoted.`
            : `${plural(failing.length, "passage")} of ${sources.length} could not be verified.`}
        </p>
        {failing.length > 0 && (
          <span className="flex items-center gap-2">
            <Checkbox
              id="only-failing"
              checked={areOnlyFailing}
              onCheckedChange={(checked) => setOnlyFailing(checked === true)}
            />
            <label htmlFor="only-failing">Only those</label>
          </span>
        )}
      </div>
      <ol className="space-y-3">
        {shown.map((source, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several quotes may have one number
          <SourceRow key={index} source={source} isFirst={shown[index - 1]?.n !== source.n} />
        ))}
      </ol>
      {shown.length < wanted.length && (
        <Button size="small" onClick={() => setWhole(true)}>
          Show all {wanted.length}
        </Button>
      )}
    </div>
  );
}

function SourceRow({ source, isFirst }: { source: Source; isFirst: boolean }) {
  return (
    <li
      id={isFirst ? `source-${source.n}` : undefined}
      tabIndex={-1}
      className="grid grid-cols-[2.5rem_minmax(0,1fr)] rounded-lg p-2 focus:bg-selected"
    >
      <span className="text-muted tabular-nums">{source.n}</span>
      <div className="min-w-0 space-y-1">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem]">
          <SourceLink source={source} />
          <Verdict source={source} />
        </p>
        <blockquote className="reading text-[0.9375rem] wrap-anywhere">{source.quote}</blockquote>
      </div>
    </li>
  );
}

function SourceLink({ source }: { source: Source }) {
  const name = `${source.document_title}${source.page ? `, page ${source.page}` : ""}`;
  if (!source.document_id) return <span>{name}</span>;
  const address = new URLSearchParams({ id: source.document_id, tab: "document" });
  if (source.page) address.set("page", String(source.page));
  address.set("quote", source.quote.slice(0, LONGEST_IN_ADDRESS));
  return (
    <Link
      href={`/documents/?${address}`}
      className="rounded-sm py-0.5 text-accent-text underline underline-offset-3 wrap-anywhere"
    >
      {name}
    </Link>
  );
}

function Verdict({ source }: { source: Source }) {
  if (source.verified === null) {
    return (
      <Badge>
        <CircleHelp aria-hidden /> Not looked up
      </Badge>
    );
  }
  const words =
    (source.verdict && VERDICTS[source.verdict]) || (source.verified ? "Verified" : "Not verified");
  return (
    <Badge tone={source.verified ? "good" : "bad"}>
      {source.verified ? <BadgeCheck aria-hidden /> : <TriangleAlert aria-hidden />} {words}
    </Badge>
  );
}

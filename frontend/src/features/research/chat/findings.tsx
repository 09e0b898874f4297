"use client";

import { BookOpenCheck, BookX, ChevronDown, CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Status, type StatusLook } from "@/components/ui/status";
import { toneText } from "@/components/ui/tone";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { quoteMeaning, quoteVerdict, reasonOf } from "../answers/verdicts";
import { type CheckedQuote, checkedQuotes, legalCitations, type Verification } from "../answers/wire";

/** What the examination found: each quotation with its verdict, statements that do not stand, authorities. */
export function Findings({ verification }: { verification: Verification }) {
  const quotes = checkedQuotes(verification);
  const failing = (verification.failing ?? []).filter(({ kind }) => kind !== "quote");
  const told = new Set(failing.map(({ text }) => text));
  const unsupported = (verification.unsupported_sentences ?? []).filter((text) => !told.has(text));
  const authorities = legalCitations(verification);
  const doubts = quotes.filter(isDoubtful).length + failing.length + unsupported.length;
  const summary =
    doubts > 0 ? `${plural(doubts, "thing")} to check before you rely on this` : "Examined, no fault found";
  const Icon = doubts > 0 ? TriangleAlert : CircleCheck;
  return (
    <details open={doubts > 0} className="group/findings rounded-lg border border-line bg-surface">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-lg px-3 py-2 font-medium hover:bg-hover">
        <Icon aria-hidden className={cn("size-4 shrink-0", doubts > 0 ? toneText.warn : toneText.good)} />
        {summary}
        <ChevronDown aria-hidden className="ms-auto size-4 text-muted group-open/findings:rotate-180" />
      </summary>
      <div className="space-y-3 border-line border-t px-3 py-2.5">
        {quotes.length > 0 && (
          <Group title="Quotations in the answer">
            {quotes.map((quote) => (
              <QuoteRow key={quote.quote} quote={quote} />
            ))}
          </Group>
        )}
        {failing.length + unsupported.length > 0 && (
          <Group title="Statements">
            {failing.map((row) => (
              <li key={`${row.reason} ${row.text}`}>
                <Status look={doubtful(reasonOf(row))}>“{row.text}”</Status>
              </li>
            ))}
            {unsupported.map((text) => (
              <li key={text}>
                <Status look={doubtful("no source is given for it")}>“{text}”</Status>
              </li>
            ))}
          </Group>
        )}
        {authorities.length > 0 && (
          <Group title="Authorities that are named">
            {authorities.map(({ text, status }) => (
              <li key={text}>
                <Status look={authority[status]}>{text}</Status>
              </li>
            ))}
          </Group>
        )}
        <p className="text-[0.8125rem] text-muted">
          Words, figures, dates and duties were compared with the sources by rule. What a sentence means
          beyond that, and whether an authority is still good law, nobody has checked.
        </p>
      </div>
    </details>
  );
}

function isDoubtful({ verified, verdict }: CheckedQuote): boolean {
  return !verified && verdict !== "too_short";
}

function doubtful(reason: string): StatusLook {
  return { label: reason.charAt(0).toUpperCase() + reason.slice(1), tone: "warn", icon: TriangleAlert };
}

const authority = {
  in_library: { label: "In your library", tone: "good", icon: BookOpenCheck },
  not_in_library: { label: "Not in your library, so not checked", tone: "warn", icon: BookX },
  unchecked: { label: "Not looked up", tone: "muted", icon: BookX },
} satisfies Record<string, StatusLook>;

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="space-y-1.5">
      <p className="font-medium text-faint text-xs">{title}</p>
      <ul aria-label={title} className="space-y-2">
        {children}
      </ul>
    </div>
  );
}

function QuoteRow({ quote: { quote, verdict, differences } }: { quote: CheckedQuote }) {
  return (
    <li>
      <Status look={quoteVerdict[verdict]}>
        “{quote}”<span className="block">{quoteMeaning[verdict]}</span>
        {differences.map((difference) => (
          <span key={`${difference.quote} ${difference.source}`} className="mt-1 block text-ink">
            {difference.quote ? (
              <>
                Answer: <del className="bg-bad-soft px-0.5 text-bad">{difference.quote}</del>
              </>
            ) : (
              "The answer leaves out"
            )}
            {difference.source ? (
              <>
                {difference.quote && " · Source:"}{" "}
                <ins className="bg-good-soft px-0.5 text-good no-underline">{difference.source}</ins>
              </>
            ) : (
              " · not in the source"
            )}
          </span>
        ))}
      </Status>
    </li>
  );
}

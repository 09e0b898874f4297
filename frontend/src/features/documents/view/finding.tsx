"use client";

import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Schemas } from "@/lib/api/client";
import { passageAt, quoteFor } from "../address";
import { AddressLink } from "../address-link";
import { useShowTab } from "./use-is-wide";

type Verdict = Schemas["Verdict"];

/** What is wrong with a quotation; nothing of those that were found word for word. */
const WRONG: Record<Verdict, string | null> = {
  exact: null,
  normalized: null,
  wrong_page: "It stands on another page",
  wrong_document: "It stands in another document",
  misleading_ellipsis: "What it leaves out changes the meaning",
  altered: "The document says it in other words",
  not_found: "Not found in the document",
  too_short: "Too short to be checked",
};

interface FindingProps {
  statement: Schemas["Statement"];
  title?: string | undefined;
  badge?: ReactNode;
  /** It says that something is not there, so no quotation can be expected. */
  isNegative?: boolean;
}

/** A statement about the document and the quotations under it. */
export function Finding({ statement, title, badge, isNegative = false }: FindingProps) {
  const { text, citations = [], supported } = statement;
  return (
    <li className="space-y-1.5 border-line border-s-2 ps-3">
      {(title || badge) && (
        <p className="flex flex-wrap items-center gap-2">
          {title && <span className="font-medium wrap-anywhere">{title}</span>}
          {badge}
        </p>
      )}
      {text && text !== title && <p className="wrap-anywhere">{text}</p>}
      {!supported && !isNegative && (
        <p className="flex items-start gap-1.5 text-[0.8125rem] text-warn">
          <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          No quotation in the document supports this.
        </p>
      )}
      {citations.map((citation) => (
        <Quotation key={`${citation.start_char} ${citation.quote}`} citation={citation} />
      ))}
    </li>
  );
}

function Quotation({ citation }: { citation: Schemas["CitationOut"] }) {
  const tab = useShowTab("analyses");
  const { quote, page_start } = citation;
  const wrong = WRONG[citation.verdict];
  return (
    <figure className="text-[0.8125rem]">
      <blockquote className="reading line-clamp-5 text-[0.875rem] text-muted">“{quote}”</blockquote>
      <figcaption className="mt-0.5 flex flex-wrap gap-x-2">
        {page_start !== null && (
          <AddressLink
            to={{ ...passageAt(page_start, quoteFor(quote)), tab }}
            className="text-accent-text underline underline-offset-3"
          >
            Page {page_start}
          </AddressLink>
        )}
        {wrong && <span className="text-warn">{wrong}</span>}
      </figcaption>
    </figure>
  );
}

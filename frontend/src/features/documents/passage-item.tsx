"use client";

import type { Schemas } from "@/lib/api/client";
import { passageAt, quoteFor } from "./address";
import { AddressLink } from "./address-link";
import { piecesOf } from "./passage-pieces";
import { headingOf } from "./view/outline";
import { useShowTab } from "./view/use-is-wide";

interface PassageItemProps {
  passage: Omit<Schemas["PassageOut"], "highlights"> & { highlights: readonly (readonly number[])[] };
  /** Its document is named: the passages are of several. */
  isNamed: boolean;
}

export function PassageItem({ passage, isNamed }: PassageItemProps) {
  const { document_id, document_title, page_start, page_end, section, text } = passage;
  const showTab = useShowTab("search");
  const pages = page_start === page_end ? `Page ${page_start}` : `Pages ${page_start}–${page_end}`;
  const to = { id: document_id, ...passageAt(page_start, quoteFor(text)), tab: showTab };
  return (
    <li className="rounded-lg border border-line bg-surface p-3.5">
      <AddressLink to={to} className="group block">
        <span className="flex flex-wrap items-baseline gap-x-2 font-medium text-accent-text group-hover:underline">
          {isNamed && <span className="wrap-anywhere">{document_title}</span>}
          <span className={isNamed ? "font-normal text-muted" : undefined}>
            {pages}
            {section && ` · ${headingOf(section)}`}
          </span>
        </span>
      </AddressLink>
      <p className="reading mt-1.5 line-clamp-6 text-[0.9375rem] text-ink">
        {piecesOf(text, passage.highlights).map(({ at, piece, isMarked }) =>
          isMarked ? (
            <mark key={at} className="rounded-xs bg-mark text-inherit">
              {piece}
            </mark>
          ) : (
            <span key={at}>{piece}</span>
          ),
        )}
      </p>
    </li>
  );
}

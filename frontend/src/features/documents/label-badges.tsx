"use client";

import { Badge } from "@/components/ui/badge";
import { CLOSED, LABELS, type LabelFilter } from "./address";
import { AddressLink } from "./address-link";
import type { DocumentOut } from "./documents-cache";

export const LABEL_NAMES: Record<LabelFilter, string> = {
  matter: "Matter",
  category: "Category",
  practice_area: "Practice area",
  jurisdiction: "Jurisdiction",
  keyword: "Keyword",
};

export function labelsOf(document: DocumentOut): { filter: LabelFilter; value: string }[] {
  return LABELS.flatMap((filter) => {
    const values = filter === "keyword" ? document.keywords : [document[filter]];
    return values.flatMap((value) => (value ? [{ filter, value }] : []));
  });
}

/** Each leads to the documents that have it too. */
export function LabelBadges({ document }: { document: DocumentOut }) {
  return labelsOf(document).map(({ filter, value }) => (
    <AddressLink
      key={`${filter} ${value}`}
      to={{ ...CLOSED, inside: false, [filter]: value }}
      aria-label={`${LABEL_NAMES[filter]}: ${value}. Show the documents that have it`}
      className="max-w-full rounded hover:underline"
    >
      <Badge tone={filter === "matter" ? "info" : "muted"} className="max-w-full">
        <span className="truncate">{value}</span>
      </Badge>
    </AddressLink>
  ));
}

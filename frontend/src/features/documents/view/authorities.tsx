"use client";

import type { Schemas } from "@/lib/api/client";
import { passageAt, quoteFor } from "../address";
import { AddressLink } from "../address-link";
import { Group } from "./analysis-findings";
import { useShowTab } from "./use-is-wide";

/** What is written as a legal citation. Whether it exists nobody has looked up. */
export function Authorities({ authorities }: { authorities: Schemas["Authority"][] }) {
  const tab = useShowTab("analyses");
  return (
    <Group title="Legal citations" count={authorities.length}>
      <li className="text-[0.8125rem] text-muted">
        As they are written there; that they exist was not checked.
      </li>
      {authorities.map((authority) => (
        <li key={authority.start_char} className="border-line border-s-2 ps-3">
          <span className="wrap-anywhere">{authority.text}</span>
          <span className="flex flex-wrap gap-x-2 text-[0.8125rem] text-muted">
            {authority.normal && authority.normal !== authority.text && <span>{authority.normal}</span>}
            <AddressLink
              to={{ ...passageAt(authority.page_start, quoteFor(authority.text)), tab }}
              className="text-accent-text underline underline-offset-3"
            >
              Page {authority.page_start}
            </AddressLink>
            {authority.occurrences > 1 && <span>{authority.occurrences} times</span>}
          </span>
        </li>
      ))}
    </Group>
  );
}

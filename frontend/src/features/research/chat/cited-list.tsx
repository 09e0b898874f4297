"use client";

import type { ReactNode } from "react";
import { Status } from "@/components/ui/status";
import { cn } from "@/lib/cn";
import type { Citation, Message } from "../answers/wire";
import { type OpenedCitation, useOpenSource } from "../open-source";
import { pagesOf, standingOf } from "./standing";

/** What the answer stands on: for those who read on after the answer, or have no pointer to rest on a number. */
export function CitedList({ answer, citations }: { answer: Message; citations: readonly Citation[] }) {
  const rows = citations
    .map((citation, index) => ({ citation, index }))
    .toSorted((a, b) => a.citation.n - b.citation.n);
  return (
    <div className="space-y-1">
      <p className="font-medium text-faint text-xs">Sources of this answer</p>
      <ol aria-label="Sources of this answer" className="-mx-2">
        {rows.map(({ citation, index }) => {
          const { look } = standingOf(answer, citation);
          return (
            <li key={`${citation.n} ${citation.start_char}`}>
              <Row opened={{ citation, at: { answerId: answer.id, index } }}>
                <span className="w-5 shrink-0 text-center font-medium text-accent-text text-xs tabular-nums">
                  {citation.n}
                </span>
                <span className="min-w-0 flex-1">
                  <span className="flex flex-wrap items-center gap-x-2">
                    <span className="min-w-0 truncate font-medium">{citation.document_title}</span>
                    <span className="text-muted">{pagesOf(citation)}</span>
                    <Status look={look} className="text-[0.8125rem]" />
                  </span>
                  <Quote>{citation.quote}</Quote>
                </span>
              </Row>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

const ROW = "flex w-full items-baseline gap-2.5 rounded-md px-2 py-1.5 text-start";

function Row({ opened, children }: { opened: OpenedCitation; children: ReactNode }) {
  const open = useOpenSource();
  if (!open) return <div className={ROW}>{children}</div>;
  return (
    <button type="button" onClick={() => open(opened)} className={cn(ROW, "hover:bg-hover")}>
      {children}
    </button>
  );
}

/** Whole where nothing else shows it. */
function Quote({ children }: { children: string }) {
  const mayOpen = useOpenSource() !== null;
  return (
    <span className={cn("text-[0.8125rem] text-muted", mayOpen ? "line-clamp-1" : "block wrap-anywhere")}>
      {children}
    </span>
  );
}

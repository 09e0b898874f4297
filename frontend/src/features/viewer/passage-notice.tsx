"use client";

import { CircleCheck, Highlighter, TriangleAlert } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Status, type StatusLook } from "@/components/ui/status";
import type { Highlighting } from "@/lib/highlight";
import { type Passage, partsOf } from "./passage";

const looks = {
  whole: { label: "Passage highlighted", tone: "good", icon: CircleCheck },
  apart: {
    label: "Highlighted in pieces: between them stand words that were not quoted",
    tone: "warn",
    icon: Highlighter,
  },
  part: {
    label: "Only a part stands on this page as it is quoted; that part is highlighted",
    tone: "warn",
    icon: Highlighter,
  },
  "not-found": { label: "Passage not located on this page", tone: "warn", icon: TriangleAlert },
  unsupported: { label: "Passage found, but this browser cannot mark it", tone: "warn", icon: TriangleAlert },
} satisfies Record<Highlighting["kind"], StatusLook>;

interface PassageNoticeProps {
  passage: Passage;
  page: number;
  found: Highlighting | null;
  /** Its words were recognised in a picture, or are not known. */
  isPicture: boolean;
  onTurn: (page: number) => void;
  onText: (() => void) | null;
}

/** Whether the passage is seen, in words: colour alone could be overlooked. */
export function PassageNotice({ passage, page, found, isPicture, onTurn, onText }: PassageNoticeProps) {
  const parts = partsOf(passage);
  const here = parts.findIndex((part) => part.page === page);
  const isHere = here >= 0;
  const first = here === 0 ? undefined : parts[0];
  const next = isHere ? parts[here + 1] : undefined;
  return (
    <div className="shrink-0 border-line border-b bg-surface px-3 py-1.5 empty:hidden">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <p role="status">{isHere && found && <Status look={lookOf(found)} />}</p>
        {first && (
          <Turn
            to={first.page}
            label={isHere ? "It begins on page" : "Back to the passage on page"}
            onTurn={onTurn}
          />
        )}
        {next && <Turn to={next.page} label="It continues on page" onTurn={onTurn} />}
      </div>
      {isHere && found && <Comparison quote={parts[here]?.quote ?? ""} {...{ found, isPicture, onText }} />}
    </div>
  );
}

function lookOf({ kind, times }: Highlighting): StatusLook {
  const look = looks[kind];
  return kind === "whole" && times > 1
    ? { ...look, label: `${look.label}: it stands here ${times} times` }
    : look;
}

function Turn({ to, label, onTurn }: { to: number; label: string; onTurn: (page: number) => void }) {
  return (
    <Button size="small" look="link" onClick={() => onTurn(to)}>
      {label} {to}
    </Button>
  );
}

interface ComparisonProps extends Pick<PassageNoticeProps, "isPicture" | "onText"> {
  quote: string;
  found: Highlighting;
}

/** The words that were quoted, wherever the page does not simply show them. */
function Comparison({ quote, found, isPicture, onText }: ComparisonProps) {
  if (found.kind === "whole") return null;
  const isLost = found.kind === "not-found";
  return (
    <div className="mt-1 space-y-1.5 text-muted">
      {isLost && isPicture && <p>The page is a picture, in which nothing can be marked.</p>}
      <p>It was quoted as:</p>
      <section
        aria-label="The words that were quoted"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keyboard too
        tabIndex={0}
        className="max-h-28 overflow-y-auto focus-visible:-outline-offset-2"
      >
        <blockquote className="border-line-strong border-s-2 ps-2 text-ink">{quote}</blockquote>
      </section>
      {isLost && onText && (
        <Button size="small" onClick={onText}>
          Look for it in the text that was read
        </Button>
      )}
    </div>
  );
}

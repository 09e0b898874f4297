"use client";

import { TriangleAlert } from "lucide-react";
import { createContext, type KeyboardEvent, type TouchEvent, useContext, useState } from "react";
import { HoverCard } from "@/components/ui/hover-card";
import { Status } from "@/components/ui/status";
import { preloadViewer } from "@/features/viewer/preload";
import { cn } from "@/lib/cn";
import { markOf } from "../answers/marks";
import type { Citation, Message } from "../answers/wire";
import { useOpenSource } from "../open-source";
import { pagesOf, standingOf } from "./standing";

export interface Cited {
  answer: Message;
  citations: readonly Citation[];
  isBeingWritten: boolean;
}

export const CitedAnswer = createContext<Cited | null>(null);

const LOOK =
  "mx-0.5 inline-flex h-5.5 min-w-6 items-center justify-center gap-0.5 rounded px-1.5 align-[0.1em] font-medium font-sans text-xs tabular-nums no-underline";

/** A mark of the answer, [n]: what it stands on is shown when the pointer or the focus rests on it, and opened by a click. */
export function CitationMark({ href }: { href: string | undefined }) {
  const cited = useContext(CitedAnswer);
  const mark = markOf(href);
  if (!mark || !cited) return null;
  const citation = mark.index === null ? undefined : cited.citations[mark.index];
  if (citation) return <CitationChip cited={cited} citation={citation} index={mark.index as number} />;
  if (cited.isBeingWritten) return null;
  return (
    <span data-mark className={cn(LOOK, "bg-warn-soft text-warn")}>
      <TriangleAlert aria-hidden className="size-3" />
      {mark.n}
      <span className="sr-only">: no source has this number</span>
    </span>
  );
}

function CitationChip({ cited, citation, index }: { cited: Cited; citation: Citation; index: number }) {
  const open = useOpenSource();
  const [isShown, setShown] = useState(false);
  const standing = standingOf(cited.answer, citation);
  const at = cited.isBeingWritten ? null : { answerId: cited.answer.id, index };
  return (
    <HoverCard
      isOpen={isShown}
      onOpenChange={setShown}
      className="space-y-2 text-sm"
      trigger={
        <button
          type="button"
          data-citation
          aria-label={`Source ${citation.n}: ${citation.document_title}, ${pagesOf(citation)}${standing.isBad ? `. ${standing.look.label}` : ""}`}
          onClick={() => {
            setShown(open === null); // else it would lie over the source
            open?.({ citation, at });
          }}
          {...(open && { onPointerEnter: preloadViewer, onFocus: preloadViewer })}
          onKeyDown={moveBetween}
          onTouchStartCapture={stop} // the card would cancel it, which browsers do not allow there
          className={cn(
            LOOK,
            standing.isBad
              ? "bg-warn-soft text-warn hover:ring-1 hover:ring-warn"
              : "bg-accent-soft text-accent-text hover:bg-accent hover:text-accent-ink",
          )}
        >
          {standing.isBad && <TriangleAlert aria-hidden className="size-3" />}
          {citation.n}
        </button>
      }
    >
      <p className="font-medium wrap-anywhere">
        {citation.document_title} <span className="font-normal text-muted">· {pagesOf(citation)}</span>
      </p>
      <blockquote className="line-clamp-8 whitespace-pre-line border-line-strong border-s-2 ps-2.5 font-serif">
        {citation.quote.replaceAll("\f", "\n")}
      </blockquote>
      {!cited.isBeingWritten && <Status look={standing.look}>{standing.why}</Status>}
    </HoverCard>
  );
}

function stop(event: TouchEvent): void {
  event.stopPropagation();
}

/** Left and right go to the answer's other citations. */
function moveBetween(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  const chips = [
    ...(event.currentTarget.closest("[data-answer]")?.querySelectorAll<HTMLElement>("[data-citation]") ?? []),
  ];
  chips[chips.indexOf(event.currentTarget) + step]?.focus();
  event.preventDefault();
}

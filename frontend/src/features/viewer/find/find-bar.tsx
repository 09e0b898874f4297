"use client";

import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { formatNumber, plural } from "@/lib/format";
import type { Progress, SearchablePage } from "./search";
import { type Finding, useFind } from "./use-find";

export interface FindBarProps {
  page: number;
  pages: number;
  read: SearchablePage;
  /** Pages that are pictures here, in which nothing can be found. */
  pictures: number;
  /** To the words that were recognised in them. */
  onText: (() => void) | null;
  /** A new value puts the cursor into the box. */
  asked: number;
  onTurn: (page: number) => void;
  onFinding: (finding: Finding | null) => void;
  onClose: () => void;
}

/** Words looked for in all pages of the open document. */
export default function FindBar({ asked, pictures, onText, onClose, ...searched }: FindBarProps) {
  const box = useRef<HTMLInputElement>(null);
  const find = useFind(searched);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time that it is asked for
  useEffect(() => box.current?.select(), [asked]);
  const heard = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onClose();
  };
  return (
    <search className="block shrink-0 border-line border-b bg-surface px-2 py-1.5" onKeyDown={heard}>
      <form
        className="flex items-center gap-1"
        onSubmit={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.target !== box.current) return;
          event.preventDefault();
          find.step(event.shiftKey ? -1 : 1);
        }}
      >
        <input
          ref={box}
          aria-label="Find in this document"
          placeholder="Find in this document"
          value={find.query}
          onChange={(event) => find.type(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          className="h-8 min-w-0 flex-1 rounded border border-line-strong bg-surface px-2"
        />
        <span role="status" className="shrink-0 px-1 text-muted tabular-nums">
          {find.query.trim() && standing(find, searched.pages)}
        </span>
        <Steps isAny={find.total > 0} onStep={find.step} />
        <IconButton size="small" label="Close the search" keys="escape" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </form>
      <Missing unread={find.progress.unread} pictures={find.query.trim() ? pictures : 0} onText={onText} />
    </search>
  );
}

function Steps({ isAny, onStep }: { isAny: boolean; onStep: (by: 1 | -1) => void }) {
  return (
    <>
      <IconButton
        size="small"
        label="Match before"
        keys="shift+enter"
        disabled={!isAny}
        onClick={() => onStep(-1)}
      >
        <ChevronUp aria-hidden />
      </IconButton>
      <IconButton size="small" label="Next match" keys="enter" disabled={!isAny} onClick={() => onStep(1)}>
        <ChevronDown aria-hidden />
      </IconButton>
    </>
  );
}

interface MissingProps extends Pick<FindBarProps, "pictures" | "onText"> {
  unread: number;
}

function Missing({ unread, pictures, onText }: MissingProps) {
  if (unread + pictures === 0) return null;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 px-1 pt-1 text-[0.8125rem] text-warn">
      {unread > 0 && <span>{plural(unread, "page")} could not be read.</span>}
      {pictures > 0 && <span>{plural(pictures, "page")} cannot be searched here, being pictures.</span>}
      {pictures > 0 && onText && (
        <Button size="small" look="link" onClick={onText}>
          Search the text that was read
        </Button>
      )}
    </p>
  );
}

interface Standing {
  total: number;
  ordinal: number | null;
  progress: Progress;
}

function standing({ total, ordinal, progress }: Standing, pages: number): string {
  if (ordinal !== null) return `${formatNumber(ordinal)} of ${formatNumber(total)}`;
  if (progress.isDone) return "Not found";
  return `${formatNumber(total)} in ${formatNumber(progress.counts.size)} of ${plural(pages, "page")} …`;
}

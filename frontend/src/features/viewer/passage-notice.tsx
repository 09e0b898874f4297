"use client";

import { CircleCheck, Highlighter, TriangleAlert } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Status, type StatusLook } from "@/components/ui/status";
import type { Highlighting } from "@/lib/highlight";
import type { Passage } from "./source-viewer";

const looks = {
  whole: { label: "Passage highlighted", tone: "good", icon: CircleCheck },
  part: {
    label: "Only a part of the passage is on this page; that part is highlighted",
    tone: "warn",
    icon: Highlighter,
  },
  "not-found": { label: "Passage not located on this page", tone: "warn", icon: TriangleAlert },
  unsupported: { label: "Passage found, but this browser cannot mark it", tone: "warn", icon: TriangleAlert },
} satisfies Record<Highlighting, StatusLook>;

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
  const isElsewhere = page !== passage.page;
  const isLost = found === "not-found" && !isElsewhere;
  return (
    <div role="status" className="shrink-0 border-line border-b bg-surface px-3 py-1.5 empty:hidden">
      {isElsewhere && (
        <Button size="small" look="link" onClick={() => onTurn(passage.page)}>
          Back to the passage on page {passage.page}
        </Button>
      )}
      {!isElsewhere && found && <Status look={looks[found]} />}
      {isLost && (
        <div className="mt-1 space-y-1.5 text-muted">
          {isPicture && <p>The page is a picture, in which nothing can be marked.</p>}
          <blockquote className="line-clamp-4 border-line-strong border-s-2 ps-2">{passage.quote}</blockquote>
          {onText && (
            <Button size="small" onClick={onText}>
              Look for it in the text that was read
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

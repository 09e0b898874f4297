"use client";

import { ArrowDown, WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import type { StreamState } from "@/lib/api/events";
import type { Live } from "../answers/live";
import type { Turn } from "../answers/thread";
import { useReadingPlace } from "./use-reading-place";

interface ThreadViewProps {
  turns: readonly Turn[];
  /** The conversation, once it is loaded. */
  openedId: string | undefined;
  live: Live | null;
  connection: StreamState;
  /** Above the first one, such as what loads earlier ones. */
  top: ReactNode;
  children: (turn: Turn) => ReactNode;
}

/** Questions and answers. The newest question stands at the top when it is asked, and its answer grows below it. */
export function ThreadView({ turns, openedId, live, connection, top, children }: ThreadViewProps) {
  const { scroller, content, isEndBelow, pin, jump } = useReadingPlace();
  const last = useRef<HTMLDivElement>(null);
  const wanted = live?.wanted;
  useEffect(() => {
    if (wanted && last.current) pin(last.current);
  }, [wanted, pin]);
  useEffect(() => {
    if (openedId && last.current) pin(last.current);
  }, [openedId, pin]);
  const lastQuestion = turns.findLastIndex(({ message }) => message.role === "user");
  const split = Math.max(0, lastQuestion);
  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={scroller}
        aria-label="Conversation"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keyboard too
        tabIndex={0}
        className="absolute inset-0 overflow-y-auto [container-type:size] focus-visible:-outline-offset-2"
      >
        <div ref={content} className="mx-auto max-w-3xl px-4 [&>*]:space-y-5">
          <div className="empty:hidden">
            {top}
            {turns.slice(0, split).map(children)}
          </div>
          <div ref={last} className="min-h-[100cqh] py-5 [overflow-anchor:none]">
            {turns.slice(split).map(children)}
            {connection.kind === "waiting" && live && live.phase !== "over" && <Broken />}
          </div>
        </div>
      </section>
      {isEndBelow && (
        <Button
          size="small"
          onClick={jump}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-float"
        >
          <ArrowDown aria-hidden /> Jump to latest
        </Button>
      )}
    </div>
  );
}

function Broken() {
  return (
    <p role="status" className="flex items-center gap-2 text-warn">
      <WifiOff aria-hidden className="size-4" />
      Connection lost. The answer is still being written and goes on here as soon as the server is reached.
    </p>
  );
}

"use client";

import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

const SETTLE_MS = 2000; // many arrive at once, and for this tab's own its tray has the list read
const OLD_MS = 30_000;

interface ListRead {
  /** What scrolls the list. */
  list: RefObject<HTMLElement | null>;
  /** The list is being read, for whatever reason. */
  isReading: boolean;
  read: () => unknown;
}

/** Reads the list again when there is more to show, but moves no row under the pointer or below the reader's place. */
export function useNews({ list, isReading, read }: ListRead) {
  const [news, setNews] = useState<"perhaps" | "sure" | null>(null);
  const [isHeldBack, setHeldBack] = useState(false);
  const readAt = useRef(0);
  useEffect(() => {
    if (!isReading) return;
    readAt.current = Date.now();
    setNews(null);
  }, [isReading]);
  const isNews = news !== null;
  useEffect(() => {
    if (!isNews) return;
    const rows = list.current;
    const look = (isOver: boolean) => {
      const isRead = isOver || (rows !== null && rows.scrollTop > 0);
      setHeldBack(isRead);
      if (isRead) return;
      setNews(null);
      read();
    };
    const left = () => look(false);
    const timer = setTimeout(() => look(rows?.matches(":hover") ?? false), SETTLE_MS);
    rows?.addEventListener("pointerleave", left);
    return () => {
      clearTimeout(timer);
      rows?.removeEventListener("pointerleave", left);
      setHeldBack(false);
    };
  }, [isNews, list, read]);
  useEffect(() => {
    const look = () => {
      if (Date.now() - readAt.current > OLD_MS) setNews((before) => before ?? "perhaps");
    };
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, []);
  return {
    tell: useCallback(() => setNews("sure"), []),
    /** There is something that waits for the reader to ask for it. */
    isWaiting: news === "sure" && isHeldBack,
  };
}

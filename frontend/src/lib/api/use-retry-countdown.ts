"use client";

import { useEffect, useState } from "react";
import type { Problem } from "./problem";

/** Whole seconds until a refused request may be sent again (429, 423, 503); 0 when it may. */
export function useRetryCountdown(problem: Problem | null): number {
  const [now, setNow] = useState(() => Date.now());
  const until = problem?.retryAfterSeconds ? problem.receivedAt + problem.retryAfterSeconds * 1000 : 0;
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  const isWaiting = left > 0;
  useEffect(() => {
    setNow(Date.now());
    if (!isWaiting) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return until > 0 ? left : 0;
}

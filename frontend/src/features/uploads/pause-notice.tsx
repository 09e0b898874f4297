"use client";

import { Clock } from "lucide-react";
import { useEffect, useState } from "react";
import { formatCountdown } from "@/lib/format";

/** The server has asked to wait; the queue goes on by itself. */
export function PauseNotice({ until }: { until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return (
    <p className="flex shrink-0 gap-2 px-4 pb-3 text-warn">
      <Clock aria-hidden className="mt-0.5 size-4 shrink-0" />
      The server is busy; it goes on by itself in {formatCountdown(seconds)}.
    </p>
  );
}

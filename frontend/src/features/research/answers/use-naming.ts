"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Schemas } from "@/lib/api/client";
import { useEvents } from "@/lib/api/use-events";
import { CONVERSATIONS, conversationOptions } from "./use-answer";

const NAMING = "research.remember";
const LONGEST_MS = 60_000; // after the answer: there may be nothing to be named, which nothing tells

/** The model names a conversation after its first answer, in a job: then what shows the name reads it again. */
export function useNaming(isFirstAnswer: boolean): void {
  const queries = useQueryClient();
  const [isAwaited, setAwaited] = useState(false);
  useEffect(() => {
    if (isFirstAnswer) setAwaited(true);
    else {
      const timer = setTimeout(() => setAwaited(false), LONGEST_MS);
      return () => clearTimeout(timer);
    }
  }, [isFirstAnswer]);
  useEvents<Schemas["JobEvent"]>({
    path: isFirstAnswer || isAwaited ? "/api/v1/jobs/events" : null,
    onEvent: ({ event, data: job }) => {
      if (event !== "job" || job.type !== NAMING || !job.completed_at) return;
      setAwaited(false);
      void queries.invalidateQueries({ queryKey: CONVERSATIONS });
      void queries.invalidateQueries({ queryKey: conversationOptions(job.subject.id).queryKey });
    },
  });
}

import { useEffect, useRef, useState } from "react";
import { followEvents, type SentEvent, type StreamState } from "./events";
import { asProblem, type Problem } from "./problem";

interface Following<E extends SentEvent> {
  /** null follows nothing. Another path is another stream. */
  path: string | null;
  onEvent: (event: E) => void;
  isLast?: (event: E) => boolean;
}

/** Follow a GET stream while the component is there. */
export function useEvents<E extends SentEvent>(
  following: Following<E>,
): { state: StreamState; problem: Problem | null } {
  const [state, setState] = useState<StreamState>({ kind: "closed" });
  const [problem, setProblem] = useState<Problem | null>(null);
  const newest = useRef(following);
  useEffect(() => {
    newest.current = following;
  });
  const { path } = following;
  useEffect(() => {
    if (path === null) return;
    const controller = new AbortController();
    setProblem(null);
    followEvents<E>({
      path,
      signal: controller.signal,
      onState: setState,
      onEvent: (event) => newest.current.onEvent(event),
      isLast: (event) => newest.current.isLast?.(event) ?? false,
    }).catch((error) => setProblem(asProblem(error)));
    return () => controller.abort();
  }, [path]);
  return { state, problem };
}

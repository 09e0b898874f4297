import type { StreamState } from "@/lib/api/events";
import type { Problem } from "@/lib/api/problem";

interface LiveStateProps {
  state: StreamState;
  problem: Problem | null;
  isPaused: boolean;
}

/** Whether what is shown follows what happens. */
export function LiveState({ state, problem, isPaused }: LiveStateProps) {
  const isLive = state.kind === "open" && !isPaused;
  return (
    <span className="flex items-center gap-1.5 text-[0.8125rem]">
      <span aria-hidden className={`size-2 rounded-full ${isLive ? "bg-good" : "bg-line-strong"}`} />
      {words(state, problem, isPaused)}
    </span>
  );
}

function words(state: StreamState, problem: Problem | null, isPaused: boolean): string {
  if (isPaused) return "Paused while selecting";
  if (problem) return `Not live: ${problem.title}`;
  if (state.kind === "open") return "Live";
  return state.kind === "waiting" ? "Connection lost, trying again" : "Connecting";
}

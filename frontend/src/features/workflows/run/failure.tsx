import { CircleX } from "lucide-react";
import { type Execution, stepTitle } from "../execution";

export function Failure({ run }: { run: Execution }) {
  const step = run.steps.find(({ name }) => name === run.error_step);
  return (
    <section
      aria-label="What went wrong"
      className="flex gap-3 rounded-xl border border-bad/35 bg-bad-soft p-4"
    >
      <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 space-y-1 wrap-anywhere">
        <h2 className="font-semibold">{step ? `It failed in “${stepTitle(step)}”` : "It failed"}</h2>
        <p>{run.error_message}</p>
        <p className="text-muted">
          What was completed before is kept. “Retry” goes on from the step that failed; nothing that was done
          is paid for again.
        </p>
        {run.error_code && <p className="font-mono text-muted text-xs">{run.error_code}</p>}
      </div>
    </section>
  );
}

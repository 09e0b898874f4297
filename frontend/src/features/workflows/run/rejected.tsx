import { Ban } from "lucide-react";
import { Time } from "@/components/ui/time";
import { stepTitle } from "../execution";
import type { Rejection } from "../rejection";

/** Why there is no released result: the run went to its end, but a person said no. */
export function Rejected({ rejection: { step, comment, at, wasDecided } }: { rejection: Rejection }) {
  return (
    <section
      aria-label="Rejected"
      className="flex gap-3 rounded-xl border border-warn/50 bg-warn-soft p-4 wrap-anywhere"
    >
      <Ban aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
      <div className="min-w-0 space-y-1">
        <h2 className="font-semibold">
          {wasDecided ? "It was rejected" : "Nobody approved it in time, so it counts as rejected"}
        </h2>
        <p>
          “{stepTitle(step)}”
          {at && (
            <>
              , <Time at={at} isAbsolute />
            </>
          )}
        </p>
        {comment && <blockquote className="border-line-strong border-s-2 ps-2">{comment}</blockquote>}
        <p className="text-muted">What was drafted is kept below. It was not released.</p>
      </div>
    </section>
  );
}

import { CircleAlert } from "lucide-react";
import type { Ref } from "react";
import { focusField } from "@/features/json-form/errors";
import { plural } from "@/lib/format";

export interface Fault {
  path: string;
  name: string;
  message: string;
}

/** All that has to be mended, each with a way to its field. Give it the focus when it comes. */
export function ErrorSummary({ faults, ref }: { faults: readonly Fault[]; ref: Ref<HTMLDivElement> }) {
  if (faults.length === 0) return null;
  return (
    <div
      ref={ref}
      role="alert"
      tabIndex={-1}
      className="flex gap-3 rounded-lg border border-bad/35 bg-bad-soft p-3.5 outline-none focus-visible:outline-2 focus-visible:outline-focus"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 space-y-1">
        <p className="font-medium">{plural(faults.length, "field")} to mend before it can begin</p>
        <ul className="space-y-0.5">
          {faults.map(({ path, name, message }) => (
            <li key={path}>
              <button
                type="button"
                className="rounded-sm py-0.5 text-start text-accent-text underline underline-offset-3"
                onClick={() => focusField(path)}
              >
                {name}
              </button>
              : <span className="wrap-anywhere">{message}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

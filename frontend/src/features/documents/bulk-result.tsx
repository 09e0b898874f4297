"use client";

import { X } from "lucide-react";
import { IconButton } from "@/components/ui/icon-button";
import { plural } from "@/lib/format";
import type { Refused } from "./bulk";
import type { DocumentOut } from "./documents-cache";

export interface Outcome {
  done: number;
  /** What was done: "deleted". */
  verb: string;
  refused: readonly Refused<DocumentOut>[];
}

export function BulkResult({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  const { done, verb, refused } = outcome;
  return (
    <div role="alert" className="flex items-start gap-2 border-line border-t px-4 py-2 desk:px-6">
      <div className="min-w-0 flex-1">
        <p>
          {plural(done, "document")} {verb}
          {refused.length > 0 && `, ${refused.length} not:`}
        </p>
        <ul className="max-h-40 overflow-y-auto">
          {refused.map(({ item, problem }) => (
            <li key={item.id} className="wrap-anywhere">
              <span className="font-medium">{item.title}</span>
              <span className="text-bad">
                {" "}
                {problem.title}. {problem.detail}
              </span>
            </li>
          ))}
        </ul>
      </div>
      <IconButton size="small" label="Close this result" onClick={onClose}>
        <X />
      </IconButton>
    </div>
  );
}

"use client";

import type { QueryClient } from "@tanstack/react-query";
import { RotateCcw, Tag, Trash2, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/api/use-session";
import { plural } from "@/lib/format";
import { forEachOf } from "./bulk";
import { BulkDelete } from "./bulk-delete";
import { BulkLabels } from "./bulk-labels";
import type { Outcome } from "./bulk-result";
import { reprocessDocument } from "./document-actions";
import { isUnderWay } from "./document-status";
import { type DocumentOut, putEverywhere } from "./documents-cache";

interface BulkBarProps {
  chosen: readonly DocumentOut[];
  queries: QueryClient;
  onClear: () => void;
  onDone: (outcome: Outcome) => void;
}

/** What can be done with all that are ticked. */
export function BulkBar({ chosen, queries, onClear, onDone }: BulkBarProps) {
  const mayChange = useMay("member");
  const [opened, setOpened] = useState<"delete" | "labels" | null>(null);
  const [isReading, setReading] = useState(false);
  const readAgain = async () => {
    setReading(true);
    const some = chosen.filter((document) => !isUnderWay(document));
    const refused = await forEachOf(some, async (document) =>
      putEverywhere(queries, await reprocessDocument(document)),
    );
    setReading(false);
    onDone({ done: some.length - refused.length, verb: "will be read again", refused });
  };
  return (
    <section aria-label="Ticked documents" className="shrink-0 border-line border-b bg-selected/60">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2 desk:px-6">
        <p role="status" className="me-2 font-medium">
          {plural(chosen.length, "document")} ticked
        </p>
        {mayChange && (
          <>
            <Button size="small" onClick={() => setOpened("labels")}>
              <Tag aria-hidden /> Labels…
            </Button>
            <Button size="small" isPending={isReading} onClick={readAgain}>
              <RotateCcw aria-hidden /> Read again
            </Button>
            <Button size="small" onClick={() => setOpened("delete")}>
              <Trash2 aria-hidden /> Delete…
            </Button>
          </>
        )}
        <Button size="small" look="ghost" onClick={onClear}>
          <X aria-hidden /> Untick all
        </Button>
      </div>
      <BulkDelete
        chosen={chosen}
        isOpen={opened === "delete"}
        onClose={() => setOpened(null)}
        onDone={onDone}
      />
      {opened === "labels" && <BulkLabels chosen={chosen} onClose={() => setOpened(null)} onDone={onDone} />}
    </section>
  );
}

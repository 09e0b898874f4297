"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Confirm } from "@/components/ui/confirm";
import { plural } from "@/lib/format";
import { forEachOf } from "./bulk";
import type { Outcome } from "./bulk-result";
import { deleteDocument } from "./document-actions";
import { type DocumentOut, takeOut } from "./documents-cache";

const MOST_NAMED = 8;

interface BulkDeleteProps {
  chosen: readonly DocumentOut[];
  isOpen: boolean;
  onClose: () => void;
  onDone: (outcome: Outcome) => void;
}

export function BulkDelete({ chosen, isOpen, onClose, onDone }: BulkDeleteProps) {
  const queries = useQueryClient();
  const [done, setDone] = useState(0);
  const remove = async () => {
    const refused = await forEachOf(chosen, deleteDocument, setDone);
    const kept = new Set(refused.map(({ item }) => item.id));
    onDone({ done: chosen.length - refused.length, verb: "deleted", refused });
    for (const { id } of chosen) if (!kept.has(id)) takeOut(queries, id);
    setDone(0);
  };
  const more = chosen.length - MOST_NAMED;
  return (
    <Confirm
      isOpen={isOpen}
      onOpenChange={(next) => !next && onClose()}
      title={`Delete ${plural(chosen.length, "document")}?`}
      act={done > 0 ? `Deleting ${done} of ${chosen.length}` : "Delete"}
      onConfirm={remove}
    >
      <ul className="mb-2 list-disc ps-5 text-ink">
        {chosen.slice(0, MOST_NAMED).map(({ id, title }) => (
          <li key={id} className="wrap-anywhere">
            {title}
          </li>
        ))}
        {more > 0 && <li>and {more} more</li>}
      </ul>
      Files, texts and analyses go, for everybody in your firm. This cannot be undone.
    </Confirm>
  );
}

"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { plural } from "@/lib/format";
import { LABELS } from "./address";
import { forEachOf } from "./bulk";
import type { Outcome } from "./bulk-result";
import { changeDocument } from "./document-actions";
import { type DocumentOut, putEverywhere } from "./documents-cache";
import { LABEL_NAMES } from "./label-badges";
import { LabelField } from "./label-field";
import { labelsFor } from "./label-form";

interface BulkLabelsProps {
  chosen: readonly DocumentOut[];
  onClose: () => void;
  onDone: (outcome: Outcome) => void;
}

export function BulkLabels({ chosen, onClose, onDone }: BulkLabelsProps) {
  const queries = useQueryClient();
  const formId = useId();
  const [isPending, setPending] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setPending(true);
    const refused = await forEachOf(chosen, async (document) =>
      putEverywhere(queries, await changeDocument(document, labelsFor(form, document))),
    );
    onDone({ done: chosen.length - refused.length, verb: "labelled", refused });
    onClose();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={`Label ${plural(chosen.length, "document")}`}
      description="What you leave empty stays as it is. Keywords are added to those that are there."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} look="primary" isPending={isPending}>
            Label them
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-3">
        {LABELS.map((name) => (
          <LabelField
            key={name}
            name={name}
            label={name === "keyword" ? "Keywords, separated by commas" : LABEL_NAMES[name]}
            value=""
            documents={chosen}
          />
        ))}
      </form>
    </Dialog>
  );
}

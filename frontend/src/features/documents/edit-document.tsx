"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorBox } from "@/components/ui/error-box";
import { Field, Input } from "@/components/ui/field";
import { asProblem } from "@/lib/api/problem";
import { useChange } from "./document-actions";
import { type DocumentOut, inList, LISTS, renew } from "./documents-cache";
import { LABEL_NAMES } from "./label-badges";
import { LabelField } from "./label-field";
import { changeOf } from "./label-form";

const LONGEST_NAME = 255;
const SINGLE = ["matter", "category", "practice_area", "jurisdiction"] as const;

export function EditDocument({ document, onClose }: { document: DocumentOut; onClose: () => void }) {
  const queries = useQueryClient();
  const formId = useId();
  const change = useChange(document);
  const known = useKnownDocuments();
  const problem = change.error && asProblem(change.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate(changeOf(new FormData(event.currentTarget)), { onSuccess: onClose });
  };
  const takeNewest = async () => {
    await renew(queries, document.id);
    change.reset();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      size="medium"
      title="Name and labels"
      description="Labels are seen by your firm, and searches can be limited to them."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} look="primary" isPending={change.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={formId} key={document.revision} onSubmit={submit} className="space-y-4 pb-1">
        {problem && (
          <ErrorBox
            error={problem}
            what="It was not saved"
            {...(problem.status === 412 && { onRetry: takeNewest })}
          />
        )}
        <Field label="Name" error={problem?.fieldErrors.filename}>
          {(described) => (
            <Input
              {...described}
              name="filename"
              required
              maxLength={LONGEST_NAME}
              defaultValue={document.filename}
            />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          {SINGLE.map((name) => (
            <LabelField
              key={name}
              name={name}
              label={LABEL_NAMES[name]}
              value={document[name] ?? ""}
              error={problem?.fieldErrors[name]}
              documents={known}
            />
          ))}
        </div>
        <LabelField
          name="keyword"
          label="Keywords"
          hint="Separate them by commas."
          value={document.keywords.join(", ")}
          error={problem?.fieldErrors.keywords}
          documents={known}
        />
      </form>
    </Dialog>
  );
}

/** All that was loaded into some list, for its labels. */
function useKnownDocuments(): readonly DocumentOut[] {
  const queries = useQueryClient();
  const known: DocumentOut[] = [];
  for (const [, data] of queries.getQueriesData({ queryKey: LISTS })) {
    inList(data, (document) => {
      known.push(document);
      return document;
    });
  }
  return known;
}

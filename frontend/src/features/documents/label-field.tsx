"use client";

import { useId } from "react";
import { Field, Input } from "@/components/ui/field";
import type { LabelFilter } from "./address";
import type { DocumentOut } from "./documents-cache";
import { labelsOf } from "./label-badges";

interface LabelFieldProps {
  name: LabelFilter;
  label: string;
  value: string;
  hint?: string;
  error?: string | undefined;
  /** Whose labels are suggested. */
  documents: readonly DocumentOut[];
}

export const LONGEST_LABEL = 100;

export function LabelField({ name, label, value, hint, error, documents }: LabelFieldProps) {
  const listId = useId();
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <>
          <Input
            {...described}
            name={name}
            defaultValue={value}
            maxLength={LONGEST_LABEL}
            list={listId}
            autoComplete="off"
          />
          <datalist id={listId}>
            {valuesOf(documents, name).map((known) => (
              <option key={known} value={known} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function valuesOf(documents: readonly DocumentOut[], name: LabelFilter): string[] {
  const values = documents.flatMap((document) =>
    labelsOf(document).flatMap(({ filter, value }) => (filter === name ? [value] : [])),
  );
  return [...new Set(values)].toSorted((one, other) => one.localeCompare(other));
}

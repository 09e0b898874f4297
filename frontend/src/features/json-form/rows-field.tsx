"use client";

import { ChevronRight, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { hasErrorWithin } from "./errors";
import type { FieldProps } from "./field-label";
import { FieldView } from "./field-view";
import { Group } from "./group";
import { type FieldErrors, type FormSchema, type FormValues, fieldsOf } from "./schema";
import { asRows, initialValues } from "./values";

/** A list of small records, each folded under its first text. */
export function RowsField({ field, path, value, errors, onChange }: FieldProps) {
  const rows = asRows(value);
  const [added, setAdded] = useState<number | null>(null);
  const form = field.schema.items ?? {};
  const add = () => {
    setAdded(rows.length);
    onChange([...rows, initialValues(form)]);
  };
  return (
    <Group field={field} path={path} errors={errors}>
      <ol className="divide-y divide-line rounded-lg border border-line bg-surface">
        {rows.map((row, index) => (
          <RowView
            // biome-ignore lint/suspicious/noArrayIndexKey: it has nothing but its place
            key={index}
            form={form}
            path={`${path}.${index}`}
            row={row}
            number={index + 1}
            isOpenAtFirst={index === added}
            errors={errors}
            onChange={(next) => onChange(rows.with(index, next))}
            onRemove={() => onChange(rows.toSpliced(index, 1))}
          />
        ))}
      </ol>
      <Button size="small" disabled={rows.length >= (field.schema.maxItems ?? 1000)} onClick={add}>
        <Plus aria-hidden /> Add {rows.length > 0 ? "another" : "one"}
        <span className="sr-only"> to {field.label}</span>
      </Button>
    </Group>
  );
}

interface RowViewProps {
  form: FormSchema;
  path: string;
  row: FormValues;
  number: number;
  isOpenAtFirst: boolean;
  errors: FieldErrors;
  onChange: (row: FormValues) => void;
  onRemove: () => void;
}

function RowView({ form, path, row, number, isOpenAtFirst, errors, onChange, onRemove }: RowViewProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const isShown = isOpen || hasErrorWithin(errors, path);
  const [first] = fieldsOf(form);
  const name = (first && String(row[first.name] ?? "")) || "New entry";
  return (
    <li data-field={path}>
      <button
        type="button"
        aria-expanded={isShown}
        className="flex w-full items-center gap-2 px-3 py-2 text-start hover:bg-hover focus-visible:-outline-offset-2"
        onClick={() => setOpen(!isShown)}
      >
        <ChevronRight aria-hidden className={`size-4 shrink-0 text-muted ${isShown ? "rotate-90" : ""}`} />
        <span className="w-6 shrink-0 text-muted tabular-nums">{number}.</span>
        <span className="min-w-0 truncate">{name}</span>
      </button>
      {isShown && (
        <div className="space-y-4 px-3 pt-1 pb-3 sm:ps-9">
          {fieldsOf(form).map((field) => (
            <FieldView
              key={field.name}
              field={field}
              path={`${path}.${field.name}`}
              value={row[field.name]}
              errors={errors}
              onChange={(value) => onChange({ ...row, [field.name]: value })}
            />
          ))}
          <Button size="small" look="ghost" onClick={onRemove}>
            <Trash2 aria-hidden /> Remove “{name}”
          </Button>
        </div>
      )}
    </li>
  );
}

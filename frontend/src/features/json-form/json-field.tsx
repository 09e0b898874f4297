"use client";

import { useState } from "react";
import { Field, Textarea } from "@/components/ui/field";
import { FieldLabel, type FieldProps } from "./field-label";

/** For what no other field can hold. */
export function JsonField({ field, path, value, errors, onChange }: FieldProps) {
  const [text, setText] = useState(() =>
    value === null || value === undefined ? "" : JSON.stringify(value, null, 2),
  );
  const [isReadable, setReadable] = useState(true);
  const write = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() ? JSON.parse(next) : null);
      setReadable(true);
    } catch {
      setReadable(false);
    }
  };
  return (
    <Field
      label={<FieldLabel field={field} />}
      hint={`${field.schema.description ?? ""} Written as JSON.`.trim()}
      error={isReadable ? errors[path] : "This is not JSON yet; the last readable text counts."}
    >
      {(described) => (
        <Textarea
          {...described}
          rows={5}
          spellCheck={false}
          value={text}
          className="font-mono text-[0.8125rem]"
          onChange={(event) => write(event.target.value)}
        />
      )}
    </Field>
  );
}

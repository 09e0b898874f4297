"use client";

import { useState } from "react";
import { Textarea } from "@/components/ui/field";
import type { FieldProps } from "./field-label";
import { Labelled } from "./labelled";

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
    <Labelled
      field={field}
      path={path}
      errors={errors}
      hint={`${field.schema.description ?? ""} Written as JSON.`.trim()}
      error={isReadable ? undefined : "This is not JSON yet; the last readable text counts."}
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
    </Labelled>
  );
}

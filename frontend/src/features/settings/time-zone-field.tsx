"use client";

import { useId, useMemo } from "react";
import { Field, Input } from "@/components/ui/field";

interface TimeZoneFieldProps {
  value: string;
  onChange: (value: string) => void;
  hint: string;
  error: string | undefined;
  isReadOnly?: boolean;
}

/** Any IANA zone; the browser's list helps to write it. */
export function TimeZoneField({ value, onChange, hint, error, isReadOnly = false }: TimeZoneFieldProps) {
  const list = useId();
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  return (
    <Field label="Time zone" hint={hint} error={error}>
      {(described) => (
        <>
          <Input
            {...described}
            name="timezone"
            list={list}
            required
            maxLength={64}
            autoComplete="off"
            readOnly={isReadOnly}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {zones.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

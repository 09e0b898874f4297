"use client";

import { useMemo } from "react";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";

const LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "cs", "ja", "zh"];

interface LanguageFieldProps {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

export function LanguageField({ value, onChange, error }: LanguageFieldProps) {
  const options = useMemo(() => {
    const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });
    const codes = LANGUAGES.includes(value) ? LANGUAGES : [value, ...LANGUAGES];
    return codes.map((code) => ({ value: code, label: names.of(code) ?? code }));
  }, [value]);
  return (
    <Field label="Language" hint="Kept with your profile; this interface is in English." error={error}>
      {(described) => (
        <Select {...described} value={value} onChange={onChange} options={options} className="w-full" />
      )}
    </Field>
  );
}

import type { FieldErrors, FormField } from "./schema";

export interface FieldProps {
  field: FormField;
  /** Of this field in the whole form, such as `playbook.0.topic`. */
  path: string;
  value: unknown;
  errors: FieldErrors;
  onChange: (value: unknown) => void;
}

/** What stands over a field: its name, and whether it may be left empty. */
export function FieldLabel({ field }: { field: FormField }) {
  const isLeftOpen = !field.isRequired && !(field.schema.minItems ?? 0) && field.kind !== "choice";
  return (
    <>
      {field.label}
      {isLeftOpen && <span className="font-normal text-muted"> (optional)</span>}
    </>
  );
}

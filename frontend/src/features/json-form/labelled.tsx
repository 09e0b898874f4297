import type { ReactNode } from "react";
import { Field } from "@/components/ui/field";
import { FieldLabel, type FieldProps } from "./field-label";

interface Described {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface LabelledProps extends Pick<FieldProps, "field" | "path" | "errors"> {
  hint?: string;
  error?: string | undefined;
  children: (described: Described) => ReactNode;
}

/** A control under its name, with what the schema says of it or what is wrong with it. */
export function Labelled({ field, path, errors, hint, error, children }: LabelledProps) {
  return (
    <Field
      label={<FieldLabel field={field} />}
      hint={hint ?? field.schema.description}
      error={error ?? errors[path]}
    >
      {children}
    </Field>
  );
}

import { type ReactNode, useId } from "react";
import { FieldLabel, type FieldProps } from "./field-label";

/** Several controls under one name. */
export function Group({
  field,
  path,
  errors,
  children,
}: Omit<FieldProps, "value" | "onChange"> & { children: ReactNode }) {
  const id = useId();
  const told = errors[path] ?? field.schema.description;
  return (
    <fieldset aria-describedby={told ? `${id}-told` : undefined} className="min-w-0 space-y-2">
      <legend className="font-medium">
        <FieldLabel field={field} />
      </legend>
      {told && (
        <p id={`${id}-told`} className={`-mt-1 text-[0.8125rem] ${errors[path] ? "text-bad" : "text-muted"}`}>
          {told}
        </p>
      )}
      {children}
    </fieldset>
  );
}

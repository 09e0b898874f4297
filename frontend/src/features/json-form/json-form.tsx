"use client";

import { FieldView } from "./field-view";
import type { FieldErrors, FormSchema, FormValues } from "./schema";
import { fieldsOf } from "./schema";

interface JsonFormProps {
  schema: FormSchema;
  values: FormValues;
  errors: FieldErrors;
  onChange: (values: FormValues) => void;
}

/** The fields of a form, in the order of its schema. Who shows it holds the values, checks them and sends them. */
export function JsonForm({ schema, values, errors, onChange }: JsonFormProps) {
  return (
    <div className="space-y-6">
      {fieldsOf(schema).map((field) => (
        <FieldView
          key={field.name}
          field={field}
          path={field.name}
          value={values[field.name]}
          errors={errors}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
        />
      ))}
    </div>
  );
}

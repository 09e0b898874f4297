"use client";

import { type ComponentProps, useId } from "react";
import { Checkbox, Input, Textarea } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { FieldProps } from "./field-label";
import { Labelled } from "./labelled";
import { choiceLabel, type FormSchema } from "./schema";

const asText = (value: unknown) => (typeof value === "string" ? value : "");

export function TextField(props: FieldProps) {
  const { schema } = props.field;
  return <TypedField {...props} type={schema.format === "email" ? "email" : "text"} autoComplete="off" />;
}

export function DateField(props: FieldProps) {
  return <TypedField {...props} type="date" className="max-w-48" />;
}

type Typed = Pick<ComponentProps<"input">, "type" | "autoComplete" | "className">;

function TypedField({ field, path, value, errors, onChange, ...typed }: FieldProps & Typed) {
  return (
    <Labelled field={field} path={path} errors={errors}>
      {(described) => (
        <Input
          {...described}
          {...typed}
          value={asText(value)}
          placeholder={example(field.schema)}
          required={field.isRequired}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Labelled>
  );
}

export function LinesField({ field, path, value, errors, onChange }: FieldProps) {
  return (
    <Labelled field={field} path={path} errors={errors}>
      {(described) => (
        <Textarea
          {...described}
          rows={field.schema["x-lines"] ?? 3}
          value={asText(value)}
          placeholder={example(field.schema)}
          required={field.isRequired}
          className="field-sizing-content max-h-96"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Labelled>
  );
}

export function example(schema: FormSchema): string | undefined {
  const first = schema.examples?.[0];
  return typeof first === "string" ? `Such as: ${first}` : undefined;
}

export function NumberField({ field, path, value, errors, onChange }: FieldProps) {
  const { schema } = field;
  return (
    <Labelled field={field} path={path} errors={errors}>
      {(described) => (
        <Input
          {...described}
          type="number"
          inputMode={schema.type === "integer" ? "numeric" : "decimal"}
          step={schema.multipleOf ?? (schema.type === "integer" ? 1 : "any")}
          min={schema.minimum}
          max={schema.maximum}
          value={typeof value === "number" ? value : ""}
          required={field.isRequired}
          className="max-w-40"
          onChange={({ target }) =>
            onChange(Number.isNaN(target.valueAsNumber) ? null : target.valueAsNumber)
          }
        />
      )}
    </Labelled>
  );
}

const NONE = "-";

export function ChoiceField({ field, path, value, errors, onChange }: FieldProps) {
  const values = (field.schema.enum ?? []) as readonly string[];
  const isOpen = !field.isRequired && field.schema.default === undefined;
  const options = values.map((each) => ({ value: each, label: choiceLabel(each) }));
  return (
    <Labelled field={field} path={path} errors={errors}>
      {(described) => (
        <Select
          {...described}
          value={asText(value) || NONE}
          options={isOpen || !value ? [{ value: NONE, label: "Not chosen" }, ...options] : options}
          className="w-full max-w-60"
          onChange={(next) => onChange(next === NONE ? null : next)}
        />
      )}
    </Labelled>
  );
}

export function YesNoField({ field, path, value, errors, onChange }: FieldProps) {
  const id = useId();
  const { description } = field.schema;
  const told = errors[path] ?? description;
  return (
    <div className="flex gap-3">
      <Checkbox
        id={id}
        checked={value === true}
        aria-describedby={told ? `${id}-told` : undefined}
        className="mt-0.5"
        onCheckedChange={(checked) => onChange(checked === true)}
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {field.label}
        </label>
        {told && (
          <p id={`${id}-told`} className={`text-[0.8125rem] ${errors[path] ? "text-bad" : "text-muted"}`}>
            {told}
          </p>
        )}
      </div>
    </div>
  );
}

import type { ComponentProps } from "react";
import { Field, Input } from "@/components/ui/field";
import type { Problem } from "@/lib/api/problem";

interface EmailFieldProps extends ComponentProps<typeof Input> {
  /** Of the body's field, by which the API tells what is wrong with it. */
  name: string;
  problem: Problem | null;
}

export function EmailField({ name, problem, ...rest }: EmailFieldProps) {
  return (
    <Field label="E-mail address" error={problem?.fieldErrors[name]}>
      {(described) => (
        <Input
          {...described}
          name={name}
          type="email"
          autoComplete="username"
          required
          className="h-11"
          {...rest}
        />
      )}
    </Field>
  );
}

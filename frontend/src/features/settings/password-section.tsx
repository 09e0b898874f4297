"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { toast } from "@/components/ui/toast";
import { FormProblem } from "@/features/auth/form-problem";
import { PasswordInput } from "@/features/auth/password-input";
import { textOf, useSubmit } from "@/features/auth/use-submit";
import { api, unwrap } from "@/lib/api/client";
import { FORM } from "./form-look";
import { useUnsaved } from "./leave-guard";
import { Section } from "./section";

const FIELDS = ["current_password", "new_password"];

export function PasswordSection() {
  const queries = useQueryClient();
  const [isTouched, setTouched] = useState(false);
  const [round, setRound] = useState(0);
  useUnsaved(isTouched);
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const body = {
      current_password: textOf(form, "current_password"),
      new_password: textOf(form, "new_password"),
    };
    await unwrap(api.POST("/api/v1/auth/me/password", { body }));
    setTouched(false);
    setRound((before) => before + 1);
    void toast.done("Your password is changed; your other devices are signed out");
    await queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/sessions"] });
  });
  const errors = problem?.fieldErrors;
  return (
    <Section title="Password" description="A new one signs out all your other devices.">
      <form
        key={round}
        onSubmit={submit}
        onChange={(event) => setTouched(hasText(event.currentTarget))}
        className={FORM}
      >
        <FormProblem problem={problem} fields={FIELDS} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Current password" error={errors?.current_password}>
            {(described) => (
              <PasswordInput
                {...described}
                name="current_password"
                autoComplete="current-password"
                required
                maxLength={512}
              />
            )}
          </Field>
          <Field
            label="New password"
            hint="Long beats complicated: a few unrelated words."
            error={errors?.new_password}
          >
            {(described) => (
              <PasswordInput
                {...described}
                name="new_password"
                autoComplete="new-password"
                required
                maxLength={512}
              />
            )}
          </Field>
        </div>
        <Button type="submit" look="primary" isPending={isPending}>
          Change the password
        </Button>
      </form>
    </Section>
  );
}

function hasText(form: HTMLFormElement): boolean {
  return FIELDS.some((name) => textOf(new FormData(form), name) !== "");
}

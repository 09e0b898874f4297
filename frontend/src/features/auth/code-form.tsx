"use client";

import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { AuthHeading } from "./auth-frame";
import { AuthLink } from "./auth-link";
import { FormProblem } from "./form-problem";
import { SubmitButton } from "./submit-button";
import { textOf, useSubmit } from "./use-submit";

interface CodeFormProps {
  send: (otp: string) => Promise<unknown>;
  onBack?: () => void;
}

export function CodeForm({ send, onBack }: CodeFormProps) {
  const { submit, isPending, problem } = useSubmit((form) => send(textOf(form, "otp").trim()));
  return (
    <>
      <AuthHeading title="One more step">
        Your account is protected by a second factor. Open your authenticator and enter the six digits it
        shows.
      </AuthHeading>
      <form onSubmit={submit} className="space-y-4">
        <FormProblem problem={problem} fields={["otp"]} />
        <Field
          label="One-time code"
          hint="Without your authenticator, enter one of your recovery codes. Each works once."
          error={problem?.fieldErrors.otp}
        >
          {(described) => (
            <Input
              {...described}
              name="otp"
              inputMode="text"
              autoComplete="one-time-code"
              autoCapitalize="none"
              spellCheck={false}
              required
              autoFocus
              maxLength={64}
              className="h-11 font-mono text-lg tracking-widest"
            />
          )}
        </Field>
        <SubmitButton isPending={isPending} problem={problem}>
          Sign in
        </SubmitButton>
      </form>
      {onBack ? (
        <Button look="link" onClick={onBack}>
          Back to the password
        </Button>
      ) : (
        <AuthLink href="/sign-in/">Begin again</AuthLink>
      )}
    </>
  );
}

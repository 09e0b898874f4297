"use client";

import { Field } from "@/components/ui/field";
import { Problem } from "@/lib/api/problem";
import { session } from "@/lib/api/session";
import { AuthHeading } from "./auth-frame";
import { AuthLink } from "./auth-link";
import { EmailField } from "./email-field";
import { FormProblem } from "./form-problem";
import { GoogleButton } from "./google-button";
import { GoogleRefusal } from "./google-refusal";
import { PasswordInput } from "./password-input";
import { SubmitButton } from "./submit-button";
import { textOf, useSubmit } from "./use-submit";

export interface Credentials {
  username: string;
  password: string;
}

interface PasswordFormProps {
  next: string | null;
  /** Why Google's sign-in was refused, as the API's slug. */
  refusal: string | null;
  /** The password was right, and a one-time code is needed too. */
  onCodeNeeded: (credentials: Credentials) => void;
}

export function PasswordForm({ next, refusal, onCodeNeeded }: PasswordFormProps) {
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const credentials = { username: textOf(form, "username"), password: textOf(form, "password") };
    try {
      await session.signIn(credentials);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "otp-required") throw error;
      onCodeNeeded(credentials);
    }
  });
  return (
    <>
      <AuthHeading title="Sign in">
        New here?{" "}
        <AuthLink href={next ? `/sign-up/?next=${encodeURIComponent(next)}` : "/sign-up/"}>
          Create an account
        </AuthLink>
      </AuthHeading>
      {refusal && !problem && <GoogleRefusal slug={refusal} />}
      <form onSubmit={submit} className="space-y-4">
        <FormProblem problem={problem} fields={["username", "password"]} />
        <EmailField name="username" problem={problem} autoFocus />
        <Field
          label="Password"
          error={problem?.fieldErrors.password}
          aside={<AuthLink href="/forgot-password/">Forgotten?</AuthLink>}
        >
          {(described) => (
            <PasswordInput
              {...described}
              name="password"
              autoComplete="current-password"
              required
              className="h-11"
            />
          )}
        </Field>
        <SubmitButton isPending={isPending} problem={problem}>
          Sign in
        </SubmitButton>
      </form>
      <GoogleButton />
    </>
  );
}

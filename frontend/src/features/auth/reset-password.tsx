"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Field } from "@/components/ui/field";
import { publicApi } from "@/lib/api/client";
import { AuthHeading } from "./auth-frame";
import { AuthLink } from "./auth-link";
import { FormProblem } from "./form-problem";
import { PasswordInput } from "./password-input";
import { SubmitButton } from "./submit-button";
import { textOf, useSubmit } from "./use-submit";

export function ResetPassword() {
  const token = useSearchParams().get("token");
  const [isDone, setDone] = useState(false);
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const body = { token: token ?? "", new_password: textOf(form, "new_password") };
    await publicApi.POST("/api/v1/auth/password/reset", { body });
    setDone(true);
  });
  if (isDone) {
    return (
      <>
        <AuthHeading title="Your password is changed">
          All sessions and API keys of your account have ended. Sign in with the new password.
        </AuthHeading>
        <AuthLink href="/sign-in/">Sign in</AuthLink>
      </>
    );
  }
  if (!token) {
    return (
      <>
        <AuthHeading title="This link is not complete">
          Open the link in the mail again, or copy the whole of it into the address bar.
        </AuthHeading>
        <AuthLink href="/forgot-password/">Mail me another link</AuthLink>
      </>
    );
  }
  // The API calls it `password` when it is too easy to guess.
  const wrong = problem?.fieldErrors.new_password ?? problem?.fieldErrors.password;
  return (
    <>
      <AuthHeading title="Choose a new password">
        All sessions and API keys of your account will end.
      </AuthHeading>
      <form onSubmit={submit} className="space-y-4">
        <FormProblem problem={problem} fields={["new_password", "password"]} />
        <Field
          label="New password"
          hint="Long beats complicated: a few unrelated words are easy to remember."
          error={wrong}
        >
          {(described) => (
            <PasswordInput
              {...described}
              name="new_password"
              autoComplete="new-password"
              required
              autoFocus
              className="h-11"
            />
          )}
        </Field>
        <SubmitButton isPending={isPending} problem={problem}>
          Change the password
        </SubmitButton>
      </form>
      {problem?.status === 401 || problem?.fieldErrors.token ? (
        <AuthLink href="/forgot-password/">Mail me another link</AuthLink>
      ) : null}
    </>
  );
}

"use client";

import { useState } from "react";
import { publicApi, unwrap } from "@/lib/api/client";
import { AuthHeading } from "./auth-frame";
import { AuthLink } from "./auth-link";
import { EmailField } from "./email-field";
import { FormProblem } from "./form-problem";
import { SubmitButton } from "./submit-button";
import { textOf, useSubmit } from "./use-submit";

export function ForgotPassword() {
  const [answer, setAnswer] = useState<string | null>(null);
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const email = textOf(form, "email").trim();
    setAnswer((await unwrap(publicApi.POST("/api/v1/auth/password/forgot", { body: { email } }))).detail);
  });
  if (answer) {
    return (
      <>
        <AuthHeading title="Look into your mail">{answer}</AuthHeading>
        <p className="text-muted">
          The link in it lets you choose a new password. It works once, and not for long.
        </p>
        <AuthLink href="/sign-in/">Back to signing in</AuthLink>
      </>
    );
  }
  return (
    <>
      <AuthHeading title="Forgotten password">
        Enter the address of your account. We mail you a link to choose a new password.
      </AuthHeading>
      <form onSubmit={submit} className="space-y-4">
        <FormProblem problem={problem} fields={["email"]} />
        <EmailField name="email" problem={problem} autoFocus />
        <SubmitButton isPending={isPending} problem={problem}>
          Mail me a link
        </SubmitButton>
      </form>
      <AuthLink href="/sign-in/">Back to signing in</AuthLink>
    </>
  );
}

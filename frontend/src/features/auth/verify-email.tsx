"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { publicApi } from "@/lib/api/client";
import { HOME } from "@/lib/next-page";
import { AuthHeading } from "./auth-frame";
import { AuthLink } from "./auth-link";
import { FormProblem } from "./form-problem";
import { SubmitButton } from "./submit-button";
import { useSubmit } from "./use-submit";

/** A button, and not done at once: what opens the links in mails to look for harm must not confirm addresses. */
export function VerifyEmail() {
  const token = useSearchParams().get("token");
  const [isDone, setDone] = useState(false);
  const { submit, isPending, problem } = useSubmit(async () => {
    await publicApi.POST("/api/v1/auth/email/verify", { body: { token: token ?? "" } });
    setDone(true);
  });
  if (isDone) {
    return (
      <>
        <AuthHeading title="Your address is confirmed">Thank you. There is nothing more to do.</AuthHeading>
        <AuthLink href={HOME}>Go to Research</AuthLink>
      </>
    );
  }
  if (!token) {
    return (
      <AuthHeading title="This link is not complete">
        Open the link in the mail again, or copy the whole of it into the address bar.
      </AuthHeading>
    );
  }
  return (
    <>
      <AuthHeading title="Confirm your e-mail address">
        Somebody registered an account with this address. If it was you, confirm that it is yours.
      </AuthHeading>
      <form onSubmit={submit} className="space-y-4">
        <FormProblem problem={problem} fields={[]} />
        <SubmitButton isPending={isPending} problem={problem}>
          It is mine
        </SubmitButton>
      </form>
      {problem && <p className="text-muted">Sign in and ask for another link in your settings.</p>}
    </>
  );
}

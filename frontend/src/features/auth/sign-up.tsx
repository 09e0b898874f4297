"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { Field, Input } from "@/components/ui/field";
import { publicApi } from "@/lib/api/client";
import { session } from "@/lib/api/session";
import { nextPage } from "@/lib/next-page";
import { AuthHeading } from "./auth-frame";
import { AuthLink } from "./auth-link";
import { EmailField } from "./email-field";
import { FormProblem } from "./form-problem";
import { PasswordInput } from "./password-input";
import { SubmitButton } from "./submit-button";
import { textOf, useSubmit } from "./use-submit";

const FIELDS = ["full_name", "email", "organization", "password"];

export function SignUp() {
  const router = useRouter();
  const search = useSearchParams();
  const invitation = search.get("invitation");
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const [email, password] = [textOf(form, "email").trim(), textOf(form, "password")];
    await publicApi.POST("/api/v1/auth/register", {
      body: {
        email,
        password,
        full_name: textOf(form, "full_name"),
        organization: textOf(form, "organization").trim() || null,
        invitation_token: invitation,
      },
    });
    await session.signIn({ username: email, password });
    router.replace(nextPage(search.get("next")));
  });
  const errors = problem?.fieldErrors;
  return (
    <>
      <AuthHeading title={invitation ? "Join your firm" : "Create an account"}>
        {invitation && "Use the address that the invitation was sent to. "}
        Have an account?{" "}
        <AuthLink href={invitation ? acceptAddress(invitation) : "/sign-in/"}>Sign in</AuthLink>
      </AuthHeading>
      <form onSubmit={submit} className="space-y-4">
        <FormProblem problem={problem} fields={FIELDS} />
        <Field label="Your name" error={errors?.full_name}>
          {(described) => (
            <Input
              {...described}
              name="full_name"
              autoComplete="name"
              required
              maxLength={200}
              autoFocus
              className="h-11"
            />
          )}
        </Field>
        <EmailField name="email" problem={problem} autoComplete="email" />
        {!invitation && (
          <Field
            label={
              <>
                Firm <span className="font-normal text-muted">(optional)</span>
              </>
            }
            hint="A workspace of this name is made for you; you can invite others later."
            error={errors?.organization}
          >
            {(described) => (
              <Input
                {...described}
                name="organization"
                autoComplete="organization"
                maxLength={200}
                className="h-11"
              />
            )}
          </Field>
        )}
        <Field
          label="Password"
          hint="Long beats complicated: a few unrelated words are easy to remember."
          error={errors?.password}
        >
          {(described) => (
            <PasswordInput
              {...described}
              name="password"
              autoComplete="new-password"
              required
              className="h-11"
            />
          )}
        </Field>
        <SubmitButton isPending={isPending} problem={problem}>
          {invitation ? "Create the account and join" : "Create the account"}
        </SubmitButton>
      </form>
    </>
  );
}

function acceptAddress(token: string): string {
  const here = `/accept-invitation/?token=${encodeURIComponent(token)}`;
  return `/sign-in/?next=${encodeURIComponent(here)}`;
}

"use client";

import { useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { buttonLook } from "@/components/ui/button";
import { api, unwrap } from "@/lib/api/client";
import { session } from "@/lib/api/session";
import { useSessionStatus } from "@/lib/api/use-session";
import { HOME, signInAddress } from "@/lib/next-page";
import { AuthHeading } from "./auth-frame";
import { AuthLink } from "./auth-link";
import { FormProblem } from "./form-problem";
import { SubmitButton } from "./submit-button";
import { useSubmit } from "./use-submit";

export function AcceptInvitation() {
  const token = useSearchParams().get("token");
  const status = useSessionStatus();
  useEffect(() => {
    if (session.wasSignedIn()) session.token().catch(() => {});
  }, []);
  if (!token) {
    return (
      <AuthHeading title="This link is not complete">
        Open the link in the mail again, or copy the whole of it into the address bar.
      </AuthHeading>
    );
  }
  return status === "signed-in" ? <Join token={token} /> : <WhoAreYou token={token} />;
}

function Join({ token }: { token: string }) {
  const { submit, isPending, problem } = useSubmit(async () => {
    const joined = await unwrap(api.POST("/api/v1/auth/invitations/accept", { body: { token } }));
    await session.switchTenant(joined.tenant_id);
    location.assign(HOME);
  });
  return (
    <>
      <AuthHeading title="You are invited">
        Join the firm that invited you. You stay a member of the firms you are in, and can change between
        them.
      </AuthHeading>
      <form onSubmit={submit} className="space-y-4">
        <FormProblem problem={problem} fields={[]} />
        <SubmitButton isPending={isPending} problem={problem}>
          Join the firm
        </SubmitButton>
      </form>
      <AuthLink href={HOME}>Not now</AuthLink>
    </>
  );
}

function WhoAreYou({ token }: { token: string }) {
  const here = `/accept-invitation/?token=${encodeURIComponent(token)}`;
  return (
    <>
      <AuthHeading title="You are invited">
        Join your firm with the e-mail address that the invitation was sent to.
      </AuthHeading>
      <div className="space-y-3">
        <a
          href={`/sign-up/?invitation=${encodeURIComponent(token)}`}
          className={buttonLook({ look: "primary", size: "large", className: "w-full" })}
        >
          Create an account
        </a>
        <a href={signInAddress(here)} className={buttonLook({ size: "large", className: "w-full" })}>
          I have an account
        </a>
      </div>
    </>
  );
}

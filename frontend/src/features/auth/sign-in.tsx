"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { session } from "@/lib/api/session";
import { useSessionStatus } from "@/lib/api/use-session";
import { nextPage } from "@/lib/next-page";
import { CodeForm } from "./code-form";
import { type Credentials, PasswordForm } from "./password-form";

export function SignIn() {
  const search = useSearchParams();
  const [credentials, setCredentials] = useState<Credentials | null>(null);
  const isBackFromGoogle = search.get("second_factor") === "google";
  const next = search.get("next");
  useGoOn(next);
  if (isBackFromGoogle) return <CodeForm send={(otp) => session.finishGoogle(otp)} />;
  if (!credentials)
    return <PasswordForm next={next} refusal={search.get("refused")} onCodeNeeded={setCredentials} />;
  return (
    <CodeForm send={(otp) => session.signIn({ ...credentials, otp })} onBack={() => setCredentials(null)} />
  );
}

/** Away from here once somebody is signed in, were it in another tab. */
function useGoOn(next: string | null): void {
  const status = useSessionStatus();
  const router = useRouter();
  const queries = useQueryClient();
  useEffect(() => {
    if (status === "unknown" && session.wasSignedIn()) session.token().catch(() => {});
    if (status !== "signed-in") return;
    queries.clear();
    router.replace(nextPage(next));
  }, [status, next, router, queries]);
}

"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { session } from "@/lib/api/session";
import { useSessionStatus } from "@/lib/api/use-session";
import { HOME, signInAddress } from "@/lib/next-page";

/**
 * Shows its children to who is signed in, and while that is being found out: what they ask of the API waits for the
 * session. What protects the data is the API.
 */
export function SessionGuard({ children }: { children: ReactNode }) {
  const status = useSessionStatus();
  const router = useRouter();
  const queries = useQueryClient();
  useEffect(() => {
    if (status === "unknown") {
      session.token().catch(() => {}); // every query shows this problem itself
    } else if (status === "signed-out") {
      queries.clear();
      const here = location.pathname + location.search + location.hash;
      router.replace(session.wasLeftOnPurpose() ? "/sign-in/" : signInAddress(here));
    }
  }, [status, router, queries]);
  useEffect(() => session.onSwitched(() => location.assign(HOME)), []);
  return status === "signed-out" ? null : children;
}

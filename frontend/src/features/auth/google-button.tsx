"use client";

import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { publicApi, unwrap } from "@/lib/api/client";

/** Another way in, where the deployment is registered with Google. A whole page load: the answer is a redirect there. */
export function GoogleButton() {
  const offer = useQuery({
    queryKey: ["google-offer"],
    queryFn: () => unwrap(publicApi.GET("/api/v1/auth/browser/google")),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (!offer.data?.is_offered) return null;
  return (
    <div className="mt-6 space-y-4">
      <p className="text-center text-muted text-sm">or</p>
      <Button asChild size="large" className="w-full">
        <a href="/api/v1/auth/browser/google/login">Continue with Google</a>
      </Button>
    </div>
  );
}

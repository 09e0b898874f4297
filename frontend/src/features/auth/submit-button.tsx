"use client";

import { Button } from "@/components/ui/button";
import type { Problem } from "@/lib/api/problem";
import { useRetryCountdown } from "@/lib/api/use-retry-countdown";

interface SubmitButtonProps {
  isPending: boolean;
  problem?: Problem | null;
  children: string;
}

/** Waits as long as the API said to wait. */
export function SubmitButton({ isPending, problem = null, children }: SubmitButtonProps) {
  const seconds = useRetryCountdown(problem);
  return (
    <Button
      type="submit"
      look="primary"
      size="large"
      className="w-full"
      isPending={isPending}
      disabled={seconds > 0}
    >
      {children}
    </Button>
  );
}

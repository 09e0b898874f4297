"use client";

import { Failure } from "@/components/shell/failure";

export default function AppError(props: { error: Error; reset: () => void }) {
  return <Failure {...props} />;
}

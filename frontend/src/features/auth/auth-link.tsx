import Link from "next/link";
import type { ComponentProps } from "react";

export function AuthLink(props: ComponentProps<typeof Link>) {
  return (
    <Link
      className="text-accent-text underline decoration-accent-text/40 underline-offset-3 hover:decoration-current"
      {...props}
    />
  );
}

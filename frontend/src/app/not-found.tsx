import type { Metadata } from "next";
import Link from "next/link";
import { Wordmark } from "@/components/shell/wordmark";
import { buttonLook } from "@/components/ui/button";
import { HOME } from "@/lib/next-page";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-start justify-center gap-4 p-6">
      <Wordmark />
      <h1 className="font-semibold text-2xl">There is no such page</h1>
      <p className="text-muted">
        The address may be mistyped, or what it pointed to has moved. Nothing of your work is lost.
      </p>
      <Link href={HOME} className={buttonLook({ look: "primary" })}>
        Go to Research
      </Link>
    </main>
  );
}

"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { HOME } from "@/lib/next-page";

export function GoHome() {
  const router = useRouter();
  useEffect(() => router.replace(HOME), [router]);
  return (
    <main className="grid min-h-dvh place-items-center">
      <h1 className="sr-only">Elenchus</h1>
      <Link href={HOME} className="text-accent-text underline underline-offset-3">
        Go to Research
      </Link>
    </main>
  );
}

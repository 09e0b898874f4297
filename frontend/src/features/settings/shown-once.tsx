"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { copyText } from "@/lib/clipboard";

/** A secret with its copy button. */
export function ShownOnce({ label, secret }: { label: string; secret: string }) {
  const [result, setResult] = useState<"Copied" | "Copying was refused" | null>(null);
  const copy = async () => setResult((await copyText(secret)) ? "Copied" : "Copying was refused");
  return (
    <div className="flex flex-wrap items-start gap-2 rounded-lg border border-line bg-sunken p-2.5">
      <code className="min-w-0 flex-1 basis-56 self-center font-mono text-[0.8125rem] wrap-anywhere">
        <span className="sr-only">{label}: </span>
        {secret}
      </code>
      <Button size="small" onClick={copy}>
        {result === "Copied" ? <Check aria-hidden /> : <Copy aria-hidden />}
        <span aria-live="polite">{result ?? "Copy"}</span>
      </Button>
    </div>
  );
}

"use client";

import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { isChunkError } from "@/lib/chunk-error";

export function Failure({ error, reset }: { error: Error; reset: () => void }) {
  if (isChunkError(error)) {
    return (
      <section className="mx-auto max-w-md space-y-3 p-8" role="alert">
        <h1 className="font-semibold text-lg">Reload to go on</h1>
        <p className="text-muted">
          Part of this page could not be loaded. Elenchus may have been updated since you opened it.
        </p>
        <Button look="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      </section>
    );
  }
  return (
    <div className="mx-auto w-full max-w-xl p-6">
      <ErrorBox error={error} what="This page stopped working" onRetry={reset} />
    </div>
  );
}

"use client";

import { RefreshCw } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { isChunkError } from "@/lib/chunk-error";

/** After an update an open tab asks for files that are gone. Reloading loses nothing that is stored. */
export function NewVersion() {
  const [isOld, setOld] = useState(false);
  useEffect(() => {
    const onError = ({ error }: ErrorEvent) => isChunkError(error) && setOld(true);
    const onRejection = ({ reason }: PromiseRejectionEvent) => isChunkError(reason) && setOld(true);
    addEventListener("error", onError);
    addEventListener("unhandledrejection", onRejection);
    return () => {
      removeEventListener("error", onError);
      removeEventListener("unhandledrejection", onRejection);
    };
  }, []);
  if (!isOld) return null;
  return (
    <div
      role="alert"
      className="fixed inset-x-4 bottom-20 z-50 mx-auto flex max-w-lg flex-wrap items-center gap-3 rounded-lg border border-line bg-surface p-3 shadow-float desk:bottom-4"
    >
      <p className="min-w-0 flex-1">
        Part of this page could not be loaded. Elenchus may have been updated since you opened it.
      </p>
      <Button look="primary" size="small" onClick={() => location.reload()}>
        <RefreshCw aria-hidden /> Reload
      </Button>
    </div>
  );
}

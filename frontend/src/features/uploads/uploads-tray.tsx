"use client";

import { useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useEffect, useRef } from "react";
import { uploadQueue, useUploads } from "./use-uploads";

const TrayPanel = dynamic(() => import("./tray-panel"), { ssr: false });
const RENEW_MS = 1500;

/** In the shell, once: shows the uploads of this tab on every page, and ends them when somebody signs out. */
export function UploadsTray() {
  const { uploads } = useUploads();
  const isGoing = uploads.some(({ state }) => state.kind === "waiting" || state.kind === "sending");
  useRenewedLists(uploads.filter(({ state }) => state.kind === "done").length);
  useEffect(() => uploadQueue.stop, []);
  useEffect(() => {
    if (!isGoing) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isGoing]);
  return uploads.length > 0 ? <TrayPanel /> : null;
}

/** What lists documents asks again when some have arrived; of many that arrive at once not for each of them. */
function useRenewedLists(done: number): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const seen = useRef(done);
  useEffect(() => {
    if (done > seen.current) {
      timer.current ??= setTimeout(() => {
        timer.current = null;
        void queries.invalidateQueries({ queryKey: ["get", "/api/v1/documents"] });
      }, RENEW_MS);
    }
    seen.current = done;
  }, [done, queries]);
}

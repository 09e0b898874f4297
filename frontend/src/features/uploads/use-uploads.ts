"use client";

import { useSyncExternalStore } from "react";
import type { Schemas } from "@/lib/api/client";
import { Problem } from "@/lib/api/problem";
import { upload } from "@/lib/api/upload";
import { type Send, UploadQueue, type Uploads } from "./upload-queue";

/** One request for each file, so that each has its own progress and its own refusal. */
const send: Send = async (file, how) => {
  const form = new FormData();
  form.append("files", file, file.name);
  const { items } = await upload<Schemas["UploadOut"]>("/api/v1/documents", form, how);
  const [document] = items;
  if (!document) throw new Problem(-1, "no-document", "The answer has no document", "Upload the file again.");
  return document;
};

/** The queue of this browser tab: it goes on when one goes from page to page. */
export const uploadQueue = new UploadQueue(send);

const NONE: Uploads = { all: [], pausedUntil: null };

/**
 * The uploads of this tab, and what can be done with them: `add(files, { onUploaded })`, `remove(key)` (cancels it if
 * it is under way), `retry(key)`, `retryFailed()`, `clear()`. The shell's tray shows them.
 */
export function useUploads() {
  const { all, pausedUntil } = useSyncExternalStore(uploadQueue.subscribe, uploadQueue.snapshot, () => NONE);
  const { add, remove, retry, retryFailed, clear } = uploadQueue;
  return { uploads: all, pausedUntil, add, remove, retry, retryFailed, clear };
}

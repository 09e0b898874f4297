import type { Schemas } from "@/lib/api/client";
import { asProblem, isAbort, type Problem } from "@/lib/api/problem";
import { upload } from "@/lib/api/upload";

/** A file on its way to the library. It goes on while other pages are looked at. */
export interface Upload {
  readonly key: number;
  readonly file: File;
  readonly state: "waiting" | "sending" | "failed";
  /** Of its bytes, from 0 to 1. */
  readonly fraction: number;
  readonly problem: Problem | null;
}

export type Uploaded = Schemas["UploadedOut"];

const AT_ONCE = 3;
export const ACCEPTED = ".pdf,.docx,.doc,.txt,.md,.html,.htm,.rtf,.eml";

let uploads: readonly Upload[] = [];
let lastKey = 0;
const controllers = new Map<number, AbortController>();
const watchers = new Set<() => void>();
const receivers = new Set<(document: Uploaded) => void>();

export const NO_UPLOADS: readonly Upload[] = [];

export function currentUploads(): readonly Upload[] {
  return uploads;
}

export function watchUploads(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Hear of each file that has arrived. */
export function onUploaded(receiver: (document: Uploaded) => void): () => void {
  receivers.add(receiver);
  return () => receivers.delete(receiver);
}

export function addFiles(files: Iterable<File>): void {
  const added = Array.from(files, (file): Upload => {
    lastKey += 1;
    return { key: lastKey, file, state: "waiting", fraction: 0, problem: null };
  });
  set([...uploads, ...added]);
  sendNext();
}

export function cancelUpload(key: number): void {
  controllers.get(key)?.abort();
  set(uploads.filter((upload) => upload.key !== key));
}

export function retryUpload(key: number): void {
  change(key, { state: "waiting", fraction: 0, problem: null });
  sendNext();
}

function sendNext(): void {
  const sending = uploads.filter(({ state }) => state === "sending").length;
  const waiting = uploads.filter(({ state }) => state === "waiting");
  for (const next of waiting.slice(0, Math.max(0, AT_ONCE - sending))) void send(next);
}

async function send({ key, file }: Upload): Promise<void> {
  const controller = new AbortController();
  controllers.set(key, controller);
  change(key, { state: "sending" });
  const form = new FormData();
  form.append("files", file);
  try {
    const { items } = await upload<Schemas["UploadOut"]>("/api/v1/documents", form, {
      signal: controller.signal,
      onProgress: (fraction) => change(key, { fraction }),
    });
    set(uploads.filter((other) => other.key !== key));
    for (const document of items) for (const receive of receivers) receive(document);
  } catch (error) {
    if (!isAbort(error)) change(key, { state: "failed", problem: asProblem(error) });
  } finally {
    controllers.delete(key);
    sendNext();
  }
}

function change(key: number, changes: Partial<Upload>): void {
  set(uploads.map((upload) => (upload.key === key ? { ...upload, ...changes } : upload)));
}

function set(next: readonly Upload[]): void {
  uploads = next;
  for (const watcher of watchers) watcher();
}

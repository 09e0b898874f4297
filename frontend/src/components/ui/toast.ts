import type { ExternalToast } from "sonner";
import { asProblem } from "@/lib/api/problem";

/** Short news that needs no answer. Loaded when there is some. */
export const toast = {
  done: (message: string, options?: ExternalToast) =>
    load().then((sonner) => sonner.success(message, options)),
  info: (message: string, options?: ExternalToast) => load().then((sonner) => sonner.info(message, options)),
  /** What did not work, and why, for an act without a place of its own on the page. */
  failed: (what: string, error: unknown) => {
    const { detail, requestId } = asProblem(error);
    const description = requestId ? `${detail} (${requestId})` : detail;
    return load().then((sonner) => sonner.error(what, { description, duration: 12_000, closeButton: true }));
  },
};

async function load() {
  return (await import("sonner")).toast;
}

import { plural } from "@/lib/format";
import { isUnderWay, type Upload, type UploadState } from "./upload-queue";

export interface UploadsSummary {
  underWay: number;
  failed: number;
  duplicates: number;
  done: number;
  /** Of all bytes, 0 to 1: what is done or failed counts whole. */
  fraction: number;
}

export function summaryOf(uploads: readonly Upload[]): UploadsSummary {
  const states = uploads.map(({ state }) => state);
  const bytes = uploads.reduce((sum, { file }) => sum + file.size, 0);
  const sent = uploads.reduce((sum, { file, state }) => sum + file.size * fractionOf(state), 0);
  return {
    underWay: states.filter(isUnderWay).length,
    failed: states.filter(({ kind }) => kind === "failed").length,
    duplicates: states.filter((state) => state.kind === "done" && state.document.duplicate).length,
    done: states.filter(({ kind }) => kind === "done").length,
    fraction: bytes > 0 ? sent / bytes : 1,
  };
}

function fractionOf(state: UploadState): number {
  if (state.kind === "sending") return state.fraction;
  return state.kind === "waiting" ? 0 : 1;
}

/** One line for the head of the tray and for screen readers. */
export function sentenceOf({ underWay, failed, duplicates, done }: UploadsSummary): string {
  if (underWay > 0) return `Uploading: ${done + failed} of ${plural(done + failed + underWay, "file")}`;
  const parts = [
    done - duplicates > 0 && `${plural(done - duplicates, "file")} uploaded`,
    duplicates > 0 && `${duplicates} there already`,
    failed > 0 && `${failed} failed`,
  ];
  return parts.filter(Boolean).join(", ");
}

const ORDER: Record<UploadState["kind"], number> = { failed: 0, sending: 1, waiting: 2, done: 3 };

/** What needs somebody first, then what moves; otherwise as they were added. */
export function inOrder(uploads: readonly Upload[]): readonly Upload[] {
  return uploads.toSorted(
    (one, other) => ORDER[one.state.kind] - ORDER[other.state.kind] || one.key - other.key,
  );
}

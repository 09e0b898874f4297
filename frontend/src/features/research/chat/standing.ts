import { CircleCheck, FileWarning, TriangleAlert } from "lucide-react";
import type { StatusLook } from "@/components/ui/status";
import { reasonOf, unchecked } from "../answers/verdicts";
import type { Citation, Message } from "../answers/wire";

/** Whether what is said of a source stands, as far as it was examined. */
export interface Standing {
  look: StatusLook;
  why: string | null;
  isBad: boolean;
}

const stands: StatusLook = { label: "Checked, no fault found", tone: "good", icon: CircleCheck };
const doubtful: StatusLook = { label: "Check this statement", tone: "warn", icon: TriangleAlert };
const changed: StatusLook = { label: "The document has changed since", tone: "warn", icon: FileWarning };
const deleted: StatusLook = { label: "The document was deleted since", tone: "warn", icon: FileWarning };

export function standingOf(answer: Message, citation: Citation): Standing {
  const stale = answer.stale?.[citation.document_id];
  if (stale?.citations.includes(citation.n)) {
    const why = "The quotation is kept as it stood when the question was answered.";
    return { look: stale.reason === "deleted" ? deleted : changed, why, isBad: true };
  }
  if (!answer.verification) return { look: unchecked, why: null, isBad: false };
  const failing = answer.verification.failing?.find(({ citations }) => citations?.includes(citation.n));
  if (!failing) return { look: stands, why: null, isBad: false };
  return { look: doubtful, why: `“${failing.text}”: ${reasonOf(failing)}.`, isBad: true };
}

export function pagesOf({ page_start, page_end }: Pick<Citation, "page_start" | "page_end">): string {
  return page_end > page_start ? `pages ${page_start} and ${page_end}` : `page ${page_start}`;
}

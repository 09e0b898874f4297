import { CircleCheck, CircleHelp, CircleMinus, FileWarning, GitCompare, SearchX } from "lucide-react";
import type { StatusLook } from "@/components/ui/status";
import type { Schemas } from "@/lib/api/client";

/** What became of a quotation in the answer when it was looked for in its source. */
export const quoteVerdict = {
  exact: { label: "Verified", tone: "good", icon: CircleCheck },
  normalized: { label: "Verified", tone: "good", icon: CircleCheck },
  altered: { label: "Altered", tone: "warn", icon: GitCompare },
  misleading_ellipsis: { label: "Misleading omission", tone: "warn", icon: GitCompare },
  wrong_page: { label: "On another page", tone: "warn", icon: FileWarning },
  wrong_document: { label: "In another document", tone: "warn", icon: FileWarning },
  not_found: { label: "Not found", tone: "bad", icon: SearchX },
  too_short: { label: "Too short to look up", tone: "muted", icon: CircleMinus },
} satisfies Record<Schemas["Verdict"], StatusLook>;

export const quoteMeaning: Record<Schemas["Verdict"], string> = {
  exact: "The source says it word for word.",
  normalized:
    "The source says it word for word; only spaces, line breaks or the kind of quotation marks differ.",
  altered: "It differs from what the source says.",
  misleading_ellipsis: "It leaves out words that change what the source says.",
  wrong_page: "It stands on another page than is cited.",
  wrong_document: "It stands in another document than is cited.",
  not_found: "It stands in none of the documents.",
  too_short: "A few words, such as a defined term, cannot be told from chance.",
};

export const unchecked: StatusLook = { label: "Not examined", tone: "muted", icon: CircleHelp };

/** Why a statement does not stand, after "the source…". */
const REASONS: Record<string, string> = {
  no_source: "no such source was given",
  quote: "it carries a quotation that does not stand",
  figure: "the source has another figure",
  date: "the source has another date",
  period: "the source has another period",
  bound: "the source sets the limit otherwise",
  negation: "the source differs by a “not”",
  modal: "the source differs between must, may and need not",
  party: "the source says it of another party",
  condition: "the source makes it depend on a condition",
  opposite: "the source says the opposite",
  name: "the source has another name",
  language: "it is in another language than the source, so it was not compared",
  words: "the source does not say it",
  too_many: "there were too many to look up",
  image: "an image was left out",
  html: "HTML was left out",
  link: "a link that no source has",
  hidden: "hidden characters",
};

export function reasonOf(failing: Schemas["Failing"]): string {
  return REASONS[failing.reason] ?? failing.reason.replaceAll("_", " ");
}

const NOTHING_FOUND = [
  "The sources do not answer this question.",
  "Nothing below is from your documents: no passage of them was found for this question.",
];

/** The server's own sentences for an answer that the sources do not hold. */
export function isRefusal(content: string): boolean {
  return NOTHING_FOUND.some((sentence) => content.startsWith(sentence));
}

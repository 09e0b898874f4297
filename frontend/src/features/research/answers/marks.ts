import type { Citation } from "./wire";

/** The marks [2], [1, 3] and [2-4] of an answer, which name its numbered sources. */
const NUMBERS = String.raw`\d{1,3}(?:\s*(?:[,;&–-]|and)\s*\d{1,3}){0,20}`;
export const MARK = new RegExp(
  String.raw`\\?\[\s*(?:(?:sources?|passages?)\s{1,3}|\^)?(${NUMBERS})\s*\\?\](?!\()`,
  "gi",
);
const BEGUN_MARK = /\s*\\?\[\s*(?:(?:sources?|passages?)\s*|\^)?[\d\s,;&–-]*$/i;
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
const RANGE = /(\d+)\s*[–-]\s*(\d+)|(\d+)/g;
const WIDEST_RANGE = 20;
const CLAIM = 600; // characters before a mark

export function numbersOf(mark: string): number[] {
  const found = new Set<number>();
  for (const [, low, high, single] of mark.matchAll(RANGE)) {
    const [first, last] = single ? [Number(single), Number(single)] : [Number(low), Number(high)];
    const isRange = first <= last && last < first + WIDEST_RANGE;
    if (!isRange) for (const end of [first, last]) found.add(end);
    else for (let number = first; number <= last; number += 1) found.add(number);
  }
  return [...found];
}

/** Whether the mark of which only the beginning has arrived is left out. */
interface Marking {
  isUnfinished: boolean;
}

/** Each number as a link `#cite-n-i`, where `i` is the place of what it stands on in `citations`, or nothing. */
export function withMarksAsLinks(
  text: string,
  citations: readonly Citation[],
  { isUnfinished }: Marking,
): string {
  const whole = isUnfinished ? text.replace(BEGUN_MARK, "") : text;
  return whole
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? part : linked(part, citations)))
    .join("");
}

function linked(text: string, citations: readonly Citation[]): string {
  let [end, claim] = [0, ""];
  return text.replaceAll(MARK, (mark: string, numbers: string, at: number) => {
    const between = text.slice(end, at);
    if (/[\p{L}\p{N}]/u.test(between)) claim = lastParagraph(between); // [1][2] stand behind the same words
    end = at + mark.length;
    return numbersOf(numbers)
      .map((n) => `[${n}](#cite-${n}-${citationFor(n, claim, citations) ?? ""})`)
      .join("");
  });
}

function lastParagraph(text: string): string {
  return (
    text
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? ""
  ).slice(-CLAIM);
}

/** Of several passages with this number the one that shares most of its words with what is said before the mark. */
function citationFor(n: number, claim: string, citations: readonly Citation[]): number | undefined {
  const said = wordsOf(claim);
  let [best, most]: [number | undefined, number] = [undefined, -1];
  citations.forEach((citation, index) => {
    if (citation.n !== n) return;
    const words = wordsOf(citation.quote);
    const shared = [...words].filter((word) => said.has(word)).length / Math.max(1, words.size);
    if (shared > most) [best, most] = [index, shared];
  });
  return best;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

const LINK = /^#cite-(\d+)-(\d*)$/;

/** What such a link says; null for every other link. */
export function markOf(href: string | undefined): { n: number; index: number | null } | null {
  const found = LINK.exec(href ?? "");
  return found && { n: Number(found[1]), index: found[2] ? Number(found[2]) : null };
}

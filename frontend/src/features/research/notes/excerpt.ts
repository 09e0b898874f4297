import { MARK } from "../answers/marks";

const WORD = /[\p{L}\p{N}]/u;
const BEFORE = /[^\p{L}\p{N}\s]*$/u;
const BEHIND = new RegExp(String.raw`^(?:[ \t]?${MARK.source}|[^\p{L}\p{N}\s[(])*`, "iu");

/** What stands in the answer, word for word and with its marks, where these words were chosen as it is shown; null when
 * they cannot be told in it. */
export function excerptOf(content: string, chosen: string): string | null {
  const wanted = lettersOf(chosen).letters;
  const { letters, places } = lettersOf(content.replace(MARK, (mark) => " ".repeat(mark.length)));
  const at = wanted ? letters.indexOf(wanted) : -1;
  if (at < 0) return null;
  const first = places[at] as number;
  const behind = (places[at + wanted.length - 1] as number) + 1;
  const start = first - (BEFORE.exec(content.slice(0, first))?.[0].length ?? 0);
  const end = behind + (BEHIND.exec(content.slice(behind))?.[0].length ?? 0);
  return content.slice(start, end);
}

/** Each with the place where it stood. */
function lettersOf(text: string): { letters: string; places: number[] } {
  const places: number[] = [];
  let letters = "";
  for (let place = 0; place < text.length; place += 1) {
    const unit = text[place] as string;
    const isLetter = WORD.test(unit) || /[\uD800-\uDFFF]/.test(unit);
    if (!isLetter) continue;
    letters += unit;
    places.push(place);
  }
  return { letters, places };
}

/** What is chosen within this element, without the numbers of its citations. */
export function chosenWithin(element: Element | null | undefined): string {
  const selection = getSelection();
  if (!element || !selection || selection.isCollapsed || selection.rangeCount === 0) return "";
  const range = selection.getRangeAt(0);
  if (!element.contains(range.commonAncestorContainer)) return "";
  const copy = range.cloneContents();
  for (const mark of copy.querySelectorAll("[data-citation], [data-mark]")) mark.remove();
  return copy.textContent ?? "";
}

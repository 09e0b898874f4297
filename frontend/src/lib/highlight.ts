/**
 * Finding a quote in text that another program has extracted. Only letters, digits and marks that change meaning count:
 * white space, hyphens and dashes (line breaks add them), accents, case, ligatures and kinds of quotation mark do not.
 */
export interface TextPosition {
  /** Which of the texts. */
  index: number;
  /** Before this UTF-16 unit of it. */
  offset: number;
}

export interface Found {
  start: TextPosition;
  end: TextPosition;
  /** Whether all of the quote was found, or only its beginning and its end, or one of them. */
  isWhole: boolean;
}

const DROPPED = /[\s\p{M}\p{Pd}\u00AD\u200B-\u200D\u2060\uFEFF]/u;
const DOUBLE_QUOTES = /[\u201C-\u201F\u00AB\u00BB\u301D\u301E]/;
const SINGLE_QUOTES = /[\u2018-\u201B\u2039\u203A\u0060\u00B4\u2032]/;
const ANCHOR = 32; // letters of the quote's head and tail that are looked for alone
const SHORTEST_ANCHOR = 12;

function foldedCharacter(character: string): string {
  let folded = "";
  for (const part of character.normalize("NFKD").toLowerCase()) {
    if (DROPPED.test(part)) continue;
    if (DOUBLE_QUOTES.test(part)) folded += '"';
    else folded += SINGLE_QUOTES.test(part) ? "'" : part;
  }
  return folded;
}

export function fold(text: string): string {
  return Array.from(text, foldedCharacter).join("");
}

interface Folded {
  text: string;
  /** For each unit of `text`, where it came from. */
  starts: TextPosition[];
  ends: TextPosition[];
}

function foldWithPlaces(texts: readonly string[]): Folded {
  const folded: Folded = { text: "", starts: [], ends: [] };
  texts.forEach((text, index) => {
    let offset = 0;
    for (const character of text) {
      const after = offset + character.length;
      const part = foldedCharacter(character);
      for (let unit = 0; unit < part.length; unit += 1) {
        folded.starts.push({ index, offset });
        folded.ends.push({ index, offset: after });
      }
      folded.text += part;
      offset = after;
    }
  });
  return folded;
}

/** Where the quote stands in the texts, read one after the other; null when it does not. */
export function findQuote(texts: readonly string[], quote: string): Found | null {
  const wanted = fold(quote);
  if (!wanted) return null;
  const page = foldWithPlaces(texts);
  const at = page.text.indexOf(wanted);
  if (at >= 0) return found(page, at, at + wanted.length, true);
  const part = findByItsEnds(page.text, wanted);
  return part && found(page, part[0], part[1], false);
}

/** The head and the tail about as far apart as they should be, or one of them: a quote may cross a page's edge. */
function findByItsEnds(page: string, wanted: string): [number, number] | null {
  const size = Math.min(ANCHOR, Math.floor(wanted.length / 2));
  if (size < SHORTEST_ANCHOR) return null;
  const head = page.indexOf(wanted.slice(0, size));
  const tailText = wanted.slice(-size);
  const tail = head >= 0 ? page.indexOf(tailText, head + size) : page.indexOf(tailText);
  if (head >= 0 && tail >= 0 && tail + size - head <= wanted.length * 1.5) return [head, tail + size];
  if (head >= 0) return [head, head + agreement(page.slice(head), wanted)];
  if (tail >= 0) {
    const end = tail + size;
    return [end - agreement(reversed(page.slice(0, end)), reversed(wanted)), end];
  }
  return null;
}

function agreement(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function reversed(text: string): string {
  return text.split("").reverse().join("");
}

function found(page: Folded, from: number, to: number, isWhole: boolean): Found | null {
  const start = page.starts[from];
  const end = page.ends[to - 1];
  return start && end ? { start, end, isWhole } : null;
}

const NAME = "citation"; // as `::highlight(citation)` in globals.css

export type Highlighting = "whole" | "part" | "not-found" | "unsupported";

/** Highlight the quote in an element's text, such as pdf.js's text layer, and scroll it into view. */
export function highlightQuote(element: Element, quote: string): Highlighting {
  clearHighlight();
  const nodes = textNodes(element);
  const place = findQuote(
    nodes.map((node) => node.data),
    quote,
  );
  const [first, last] = [nodes[place?.start.index ?? -1], nodes[place?.end.index ?? -1]];
  if (!place || !first || !last) return "not-found";
  const range = document.createRange();
  range.setStart(first, place.start.offset);
  range.setEnd(last, place.end.offset);
  first.parentElement?.scrollIntoView?.({ block: "center" });
  if (typeof CSS === "undefined" || !("highlights" in CSS)) return "unsupported";
  CSS.highlights.set(NAME, new Highlight(range));
  return place.isWhole ? "whole" : "part";
}

export function clearHighlight(): void {
  if (typeof CSS !== "undefined" && "highlights" in CSS) CSS.highlights.delete(NAME);
}

function textNodes(element: Element): Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  return nodes;
}

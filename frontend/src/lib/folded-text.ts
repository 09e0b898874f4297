/**
 * Text as its letters, digits and signs alone, each knowing where it stood. White space, hyphens and dashes (line breaks
 * add them), accents, case, ligatures and kinds of quotation mark are set aside.
 */
export interface TextPosition {
  /** Which of the texts. */
  index: number;
  /** Before this UTF-16 unit of it. */
  offset: number;
}

export interface Place {
  start: TextPosition;
  end: TextPosition;
}

/** What stands before a letter. A new text may begin within a word as well as between two. */
export const NOTHING = 0;
export const UNCERTAIN = 1;
export const SPACE = 2;
export type Gap = typeof NOTHING | typeof UNCERTAIN | typeof SPACE;

export interface Folded {
  text: string;
  /** For each unit of `text`, where it came from. */
  starts: TextPosition[];
  ends: TextPosition[];
  /** For each unit of `text`. */
  gaps: Gap[];
}

const WHITE = /\s/u;
const DROPPED = /[\s\p{M}\p{Pd}\u00AD\u200B-\u200D\u2060\uFEFF]/u;
const ACCENT = /\p{M}/u;
const DOUBLE_QUOTES = /[\u201C-\u201F\u00AB\u00BB\u301D\u301E]/;
const SINGLE_QUOTES = /[\u2018-\u201B\u2039\u203A\u0060\u00B4\u2032]/;

const known = new Map<string, string>();

function foldedCharacter(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  let folded = "";
  for (const part of character.normalize("NFKD").toUpperCase().toLowerCase()) {
    if (DROPPED.test(part)) continue;
    if (DOUBLE_QUOTES.test(part)) folded += '"';
    else folded += SINGLE_QUOTES.test(part) ? "'" : part;
  }
  known.set(character, folded);
  return folded;
}

export function fold(text: string): string {
  return Array.from(text, foldedCharacter).join("");
}

/** The texts one after the other. */
export function foldWithPlaces(texts: readonly string[]): Folded {
  const folded: Folded = { text: "", starts: [], ends: [], gaps: [] };
  const pieces: string[] = [];
  let gap: Gap = SPACE;
  texts.forEach((text, index) => {
    let offset = 0;
    if (gap === NOTHING) gap = UNCERTAIN;
    for (const character of text) {
      const after = offset + character.length;
      const part = foldedCharacter(character);
      if (!part) gap = gapAfter(gap, character);
      for (let unit = 0; unit < part.length; unit += 1) {
        folded.starts.push({ index, offset });
        folded.ends.push({ index, offset: after });
        folded.gaps.push(unit === 0 ? gap : NOTHING);
      }
      if (part) gap = NOTHING;
      pieces.push(part);
      offset = after;
    }
  });
  folded.text = pieces.join("");
  return folded;
}

/** Behind a hyphen a word may go on in the next line. */
function gapAfter(gap: Gap, dropped: string): Gap {
  if (ACCENT.test(dropped)) return gap;
  return WHITE.test(dropped) && gap !== UNCERTAIN ? SPACE : UNCERTAIN;
}

/** Where the units from `from` to `to` stand; there is at least one. */
export function placeOf(folded: Folded, from: number, to: number): Place {
  return { start: folded.starts[from] as TextPosition, end: folded.ends[to - 1] as TextPosition };
}

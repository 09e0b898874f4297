import { type Folded, fold, foldWithPlaces, NOTHING, type Place, placeOf } from "./folded-text";

/**
 * How much of a quote was found: all of it in one piece; all of it with something else between its pieces, such as the
 * numbers of lines or another column; or only some of its words.
 */
export type Extent = "whole" | "apart" | "part";

export interface Found {
  extent: Extent;
  /** What has the quote's own words, and nothing else. */
  places: readonly Place[];
  /** How often the whole quote stands there; each is among the places. */
  times: number;
}

const SHORTEST_SEED = 12; // letters; fewer are found in many places
const SEED = 32;
const LEAST = 32; // letters of a quote that are worth marking alone, or …
const LEAST_SHARE = 2 / 3;
const REJOIN = 16; // letters that must agree behind something else
const SHORTEST_REJOIN = 4; // … at the quote's end
const WIDEST_GAP = 240; // letters of something else: two lines of another column
const WIDEST_LOSS = 80; // letters of the quote that the page has otherwise
const SLIP = 8; // letters that may agree by chance behind the end of a piece
const MOST_TRIES = 8; // of a seed that stands in many places

/** Where the quote stands in the texts, read one after the other; null when it does not. */
export function findQuote(texts: readonly string[], quote: string): Found | null {
  const wanted = fold(quote);
  if (!wanted) return null;
  const page = foldWithPlaces(texts);
  const whole = wholeOnes(page, wanted);
  if (whole.length > 0) return { extent: "whole", places: whole, times: whole.length };
  const runs = inPieces(page.text, wanted);
  const length = lengthOf(runs);
  if (length < Math.min(LEAST, LEAST_SHARE * wanted.length)) return null;
  const places = runs.map(({ at, length }) => placeOf(page, at, at + length));
  return { extent: length === wanted.length ? "apart" : "part", places, times: 1 };
}

/** Every one that stands alone, not within a word; a long quote is itself even where the page has no spaces. */
function wholeOnes(page: Folded, wanted: string): Place[] {
  const isAlone = (at: number) => standsAlone(page, at, at + wanted.length);
  const alone = occurrences(page.text, wanted, Number.POSITIVE_INFINITY, isAlone);
  const isEnough = alone.length > 0 || wanted.length < SHORTEST_SEED;
  const kept = isEnough ? alone : occurrences(page.text, wanted, Number.POSITIVE_INFINITY);
  return kept.map((at) => placeOf(page, at, at + wanted.length));
}

/** Of the scripts that have spaces between their words. */
const LETTER =
  /(?![\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])[\p{L}\p{N}]/u;

function standsAlone({ text, gaps }: Folded, from: number, to: number): boolean {
  const isCutAt = (place: number) =>
    gaps[place] === NOTHING && LETTER.test(text[place] ?? "") && LETTER.test(text[place - 1] ?? "");
  return !isCutAt(from) && !isCutAt(to);
}

/** Those that fit; they do not overlap. */
function occurrences(text: string, wanted: string, most: number, fits = (_at: number) => true): number[] {
  const found: number[] = [];
  let at = text.indexOf(wanted);
  while (at >= 0 && found.length < most) {
    const isOne = fits(at);
    if (isOne) found.push(at);
    at = text.indexOf(wanted, at + (isOne ? wanted.length : 1));
  }
  return found;
}

/** `length` letters of the quote from `from` on stand in the page from `at` on. */
interface Run {
  at: number;
  from: number;
  length: number;
}

/** The longest chain of pieces that goes through any of the quote's seeds. */
function inPieces(page: string, wanted: string): Run[] {
  const size = Math.min(SEED, Math.floor(wanted.length / 2));
  if (size < SHORTEST_SEED) return [];
  const [pageBack, wantedBack] = [reversed(page), reversed(wanted)];
  let best: Run[] = [];
  for (const from of seeds(wanted.length, size)) {
    if (best.some((run) => run.from <= from && from + size <= run.from + run.length)) continue;
    for (const at of occurrences(page, wanted.slice(from, from + size), MOST_TRIES)) {
      const ahead = chain(page, wanted, at, from);
      const back = chain(pageBack, wantedBack, page.length - at, wanted.length - from);
      const runs = joined([...back.map((run) => turned(run, page, wanted)).reverse(), ...ahead]);
      if (lengthOf(runs) > lengthOf(best)) best = runs;
    }
  }
  return best;
}

function seeds(length: number, size: number): number[] {
  const found: number[] = [];
  for (let from = 0; from + size < length; from += size / 2) found.push(Math.floor(from));
  return [...found, length - size];
}

/** From a place on which both agree onwards, over what only one of the two has. */
function chain(page: string, wanted: string, startAt: number, startFrom: number): Run[] {
  const runs: Run[] = [];
  let [at, from]: [number, number] = [startAt, startFrom];
  for (;;) {
    const length = agreement(page, wanted, at, from);
    if (length > 0) runs.push({ at, from, length });
    [at, from] = [at + length, from + length];
    const next = from < wanted.length ? rejoined(page, wanted, at, from, length) : null;
    if (!next) return runs;
    const last = runs.at(-1);
    if (last && next.from < from) last.length -= from - next.from;
    [at, from] = [next.at, next.from];
  }
}

/** Where both agree again: first without a loss of the quote's letters, if need be some letters earlier. */
function rejoined(page: string, wanted: string, at: number, from: number, agreed: number) {
  for (let slip = 0; slip <= Math.max(0, Math.min(SLIP, agreed - 1)); slip += 1) {
    const found = within(page, wanted, at - slip + 1, from - slip);
    if (found !== null) return { at: found, from: from - slip };
  }
  for (let loss = 1; loss <= WIDEST_LOSS && from + loss + REJOIN <= wanted.length; loss += 1) {
    const found = within(page, wanted, at, from + loss);
    if (found !== null) return { at: found, from: from + loss };
  }
  return null;
}

function within(page: string, wanted: string, at: number, from: number): number | null {
  const key = wanted.slice(from, from + REJOIN);
  if (key.length < SHORTEST_REJOIN) return null;
  const widest = key.length < REJOIN ? WIDEST_GAP / 10 : WIDEST_GAP; // the last few letters say little
  const found = page.slice(at, at + widest + key.length).indexOf(key);
  return found < 0 ? null : at + found;
}

function agreement(page: string, wanted: string, at: number, from: number): number {
  let length = 0;
  while (from + length < wanted.length && page[at + length] === wanted[from + length]) length += 1;
  return length;
}

function turned({ at, from, length }: Run, page: string, wanted: string): Run {
  return { at: page.length - at - length, from: wanted.length - from - length, length };
}

function joined(runs: readonly Run[]): Run[] {
  const whole: Run[] = [];
  for (const run of runs) {
    const last = whole.at(-1);
    const goesOn = last && last.at + last.length === run.at && last.from + last.length === run.from;
    if (goesOn) last.length += run.length;
    else whole.push({ ...run });
  }
  return whole;
}

function lengthOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { length }) => sum + length, 0);
}

function reversed(text: string): string {
  return text.split("").reverse().join("");
}

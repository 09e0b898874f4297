import {
  type Folded,
  foldWithPlaces,
  type Gap,
  NOTHING,
  type Place,
  placeOf,
  SPACE,
} from "@/lib/folded-text";

/** So much of a page as tells where words are. */
export interface Searchable {
  text: string;
  gaps: ArrayLike<number>;
}

export function searchable(texts: readonly string[]): Searchable {
  const { text, gaps } = foldWithPlaces(texts);
  return { text, gaps: Uint8Array.from(gaps) }; // of some hundred pages all are kept
}

/** Where the words begin, by folded letters; matches do not overlap. */
export function matchesIn(page: Searchable, query: Searchable): number[] {
  const found: number[] = [];
  if (!query.text) return found;
  let at = page.text.indexOf(query.text);
  while (at >= 0) {
    const fits = areWordsAlike(page, query, at);
    if (fits) found.push(at);
    at = page.text.indexOf(query.text, at + (fits ? query.text.length : 1));
  }
  return found;
}

/** “the rapist” is not “therapist”; at a line's end and around hyphens either may be meant. */
function areWordsAlike(page: Searchable, query: Searchable, at: number): boolean {
  for (let letter = 1; letter < query.text.length; letter += 1) {
    const [asked, given] = [query.gaps[letter], page.gaps[at + letter]] as [Gap, Gap];
    if (asked === SPACE && given === NOTHING) return false;
    if (asked === NOTHING && given === SPACE) return false;
  }
  return true;
}

export function placesOf(texts: readonly string[], query: string): Place[] {
  const page: Folded = foldWithPlaces(texts);
  const wanted = searchable([query]);
  return matchesIn(page, wanted).map((at) => placeOf(page, at, at + wanted.text.length));
}

/** What is to be marked. Where a page ends within the quote, it has a form feed. */
export interface Passage {
  quote: string;
  /** On which it begins. */
  page: number;
}

interface Part {
  page: number;
  quote: string;
}

/** What of it stands on each page. */
export function partsOf({ quote, page }: Passage): Part[] {
  return quote
    .split("\f")
    .map((part, index) => ({ page: page + index, quote: part.trim() }))
    .filter((part) => part.quote !== "");
}

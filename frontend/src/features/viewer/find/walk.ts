/** One of the matches: the nth of its page, from 0. */
export interface Match {
  page: number;
  nth: number;
}

/** How many there are by page; a page that is not in it has not been searched yet. */
export type Counts = ReadonlyMap<number, number>;

export function totalOf(counts: Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** The first from the beginning of a page on, or else of the document. */
export function firstFrom(counts: Counts, page: number): Match | null {
  const found = pagesWith(counts);
  const first = found.find((each) => each >= page) ?? found[0];
  return first === undefined ? null : { page: first, nth: 0 };
}

/** The one after it, or before it; behind the last comes the first. */
export function stepFrom(counts: Counts, { page, nth }: Match, step: 1 | -1): Match | null {
  const next = nth + step;
  if (next >= 0 && next < (counts.get(page) ?? 0)) return { page, nth: next };
  if (step > 0) return firstFrom(counts, page + 1);
  const found = pagesWith(counts);
  const before = found.findLast((each) => each < page) ?? found.at(-1);
  return before === undefined ? null : { page: before, nth: (counts.get(before) ?? 1) - 1 };
}

/** Its number among all, from 1. */
export function ordinalOf(counts: Counts, { page, nth }: Match): number {
  let before = 0;
  for (const [each, count] of counts) if (each < page) before += count;
  return before + nth + 1;
}

function pagesWith(counts: Counts): number[] {
  return [...counts.keys()].filter((page) => counts.get(page)).sort((one, other) => one - other);
}

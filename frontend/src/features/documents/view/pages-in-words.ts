const MOST_NAMED = 12;

/** "page 3", "pages 1 to 4, 7 and 9". */
export function pagesInWords(pages: readonly number[]): string {
  const runs = runsOf(pages.toSorted((one, other) => one - other)).map(([first, last]) =>
    first === last ? `${first}` : `${first} to ${last}`,
  );
  if (pages.length === 1) return `page ${runs[0]}`;
  if (runs.length > MOST_NAMED) return `${pages.length} pages`;
  const rest = runs.slice(0, -1);
  return `pages ${rest.length > 0 ? `${rest.join(", ")} and ` : ""}${runs.at(-1)}`;
}

function runsOf(pages: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const run = runs.at(-1);
    if (run && page === run[1] + 1) run[1] = page;
    else runs.push([page, page]);
  }
  return runs;
}

import { matchesIn, type Searchable, searchable } from "./matches";
import type { Counts } from "./walk";

/** The texts of one page. */
export type ReadPage = (page: number) => Promise<readonly string[]>;
export type SearchablePage = (page: number) => Promise<Searchable>;

/** What has been searched so far. */
export interface Progress {
  counts: Counts;
  /** Of pages that could not be read. */
  unread: number;
  isDone: boolean;
}

const SLICE_MS = 8; // of work at once: half a frame
const TELL_MS = 120; // between two reports, which are drawn

export const NOT_BEGUN: Progress = { counts: new Map(), unread: 0, isDone: false };

/** Each page is read and folded once, however often is searched. */
export function kept(read: ReadPage): SearchablePage {
  const pages = new Map<number, Promise<Searchable>>();
  return (page) => {
    const before = pages.get(page);
    if (before) return before;
    const reading = read(page).then(searchable);
    pages.set(page, reading);
    reading.catch(() => pages.delete(page));
    return reading;
  };
}

interface Search {
  query: string;
  /** It is searched from here, round the end. */
  from: number;
  pages: number;
  read: SearchablePage;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** Page after page, a little at a time. */
export async function search({ query, from, pages, read, signal, onProgress }: Search): Promise<void> {
  const wanted = searchable([query]);
  const counts = new Map<number, number>();
  let [unread, sliceBegan, told] = [0, performance.now(), 0];
  for (let step = 0; step < pages; step += 1) {
    const page = ((from - 1 + step) % pages) + 1;
    const text = await read(page).catch(() => null);
    if (signal.aborted) return;
    if (text) counts.set(page, matchesIn(text, wanted).length);
    else unread += 1;
    const now = performance.now();
    if (now - sliceBegan < SLICE_MS) continue;
    if (now - told > TELL_MS) {
      told = now;
      onProgress({ counts: new Map(counts), unread, isDone: false });
    }
    await pause();
    if (signal.aborted) return;
    sliceBegan = performance.now();
  }
  onProgress({ counts, unread, isDone: true });
}

const pause = () => new Promise<void>((resume) => setTimeout(resume));

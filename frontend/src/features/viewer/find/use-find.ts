import { useEffect, useMemo, useState } from "react";
import { NOT_BEGUN, type Progress, type SearchablePage, search } from "./search";
import { firstFrom, type Match, ordinalOf, stepFrom, totalOf } from "./walk";

/** What is searched for, and which of the matches is looked at. */
export interface Finding {
  query: string;
  here: Match | null;
}

interface FindProps {
  /** The page that is open. */
  page: number;
  pages: number;
  read: SearchablePage;
  onTurn: (page: number) => void;
  onFinding: (finding: Finding | null) => void;
}

/** Search all pages for what is typed, and walk from match to match. */
export function useFind({ page, pages, read, onTurn, onFinding }: FindProps) {
  const [query, setQuery] = useState("");
  const [from, setFrom] = useState(page);
  const [progress, setProgress] = useState<Progress>(NOT_BEGUN);
  const [chosen, setChosen] = useState<Match | null>(null);
  const wanted = query.trim();
  useEffect(() => {
    setProgress(NOT_BEGUN);
    setChosen(null);
    if (!wanted) return;
    const controller = new AbortController();
    const { signal } = controller;
    void search({ query: wanted, from, pages, read, signal, onProgress: setProgress });
    return () => controller.abort();
  }, [wanted, from, pages, read]);

  const here = chosen ?? firstFrom(progress.counts, from);
  const { page: herePage, nth: hereNth } = here ?? { page: 0, nth: 0 };
  const finding = useMemo(
    () => (wanted ? { query: wanted, here: herePage ? { page: herePage, nth: hereNth } : null } : null),
    [wanted, herePage, hereNth],
  );
  useEffect(() => onFinding(finding), [finding, onFinding]);
  useEffect(() => () => onFinding(null), [onFinding]);
  useTurning(finding, onTurn);

  const step = (by: 1 | -1) => {
    if (!here) return;
    const next = page === here.page ? stepFrom(progress.counts, here, by) : nearest(by);
    setChosen(next);
    if (next && next.page !== page) onTurn(next.page);
  };
  /** The reader has leafed away: it goes on from there. */
  const nearest = (by: 1 | -1) =>
    by > 0 ? firstFrom(progress.counts, page) : stepFrom(progress.counts, { page, nth: 0 }, -1);
  return {
    query,
    type: (next: string) => {
      setQuery(next);
      setFrom(page);
    },
    step,
    total: totalOf(progress.counts),
    ordinal: here && progress.isDone ? ordinalOf(progress.counts, here) : null,
    progress,
  };
}

/** The first match is shown as soon as it is found. */
function useTurning(finding: Finding | null, onTurn: (page: number) => void): void {
  const page = finding?.here?.page;
  const query = finding?.query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new match turns the page, not the reader's leafing
  useEffect(() => {
    if (query && page) onTurn(page);
  }, [query, page]);
}

import { type RefObject, useEffect } from "react";
import {
  clearMark,
  type Highlighting,
  highlightQuote,
  mark,
  scrollTo,
  textNodes,
  textsOf,
} from "@/lib/highlight";
import { placesOf } from "./find/matches";
import type { Finding } from "./find/use-find";

export interface Marks {
  page: number;
  /** To be marked on this page. */
  quote: string | null;
  /** How that went; null while it is not known. */
  onFound: (found: Highlighting | null) => void;
  finding: Finding | null;
}

type Drawn = object | "lost" | null;

const NOT_FOUND: Highlighting = { kind: "not-found", times: 0 };

/** Mark the passage, and what is searched for, in the text within an element; `drawn` is new each time that it is. */
export function useMarks(
  within: RefObject<HTMLElement | null>,
  selector: string,
  drawn: Drawn,
  { page, quote, onFound, finding }: Marks,
): void {
  useEffect(() => {
    const layer = layerOf(within, selector, drawn);
    if (quote && drawn === "lost") onFound(NOT_FOUND);
    else onFound(layer && quote ? highlightQuote(layer, quote) : null);
    return () => clearMark("citation");
  }, [within, selector, drawn, quote, onFound]);
  useEffect(() => {
    const layer = layerOf(within, selector, drawn);
    if (!layer || !finding) return;
    markFound(layer, finding, page);
    return () => {
      clearMark("found");
      clearMark("found-here");
    };
  }, [within, selector, drawn, finding, page]);
}

function layerOf(within: RefObject<HTMLElement | null>, selector: string, drawn: Drawn): Element | null {
  return drawn && drawn !== "lost" ? (within.current?.querySelector(selector) ?? null) : null;
}

function markFound(layer: Element, { query, here }: Finding, page: number): void {
  const nodes = textNodes(layer);
  const places = placesOf(textsOf(nodes), query);
  const nth = here?.page === page ? here.nth : -1;
  mark(
    "found",
    nodes,
    places.filter((_, index) => index !== nth),
  );
  mark("found-here", nodes, places.slice(nth, nth + 1));
  scrollTo(nodes, places[nth]);
}

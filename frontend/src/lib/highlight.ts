import { type Extent, findQuote } from "./find-quote";
import type { Place } from "./folded-text";

/** As `::highlight(…)` in globals.css. */
export type Mark = "citation" | "found" | "found-here";

const PRIORITY: Record<Mark, number> = { citation: 0, found: 1, "found-here": 2 };

/** How marking a quote went, and how often it stands there. */
export interface Highlighting {
  kind: Extent | "not-found" | "unsupported";
  times: number;
}

const canMark = () => typeof CSS !== "undefined" && "highlights" in CSS;

/** Mark the quote in an element's text, such as pdf.js's text layer, and scroll it into view. */
export function highlightQuote(element: Element, quote: string): Highlighting {
  clearMark("citation");
  const nodes = textNodes(element);
  const found = findQuote(textsOf(nodes), quote);
  if (!found) return { kind: "not-found", times: 0 };
  mark("citation", nodes, found.places);
  scrollTo(nodes, found.places[0]);
  return { kind: canMark() ? found.extent : "unsupported", times: found.times };
}

export function mark(name: Mark, nodes: readonly Text[], places: readonly Place[]): void {
  if (!canMark()) return;
  const highlight = new Highlight(...places.flatMap((place) => rangeOf(nodes, place) ?? []));
  highlight.priority = PRIORITY[name];
  CSS.highlights.set(name, highlight);
}

export function clearMark(name: Mark): void {
  if (canMark()) CSS.highlights.delete(name);
}

export function scrollTo(nodes: readonly Text[], place: Place | undefined): void {
  nodes[place?.start.index ?? -1]?.parentElement?.scrollIntoView?.({ block: "center", inline: "nearest" });
}

function rangeOf(nodes: readonly Text[], { start, end }: Place): Range | null {
  const [first, last] = [nodes[start.index], nodes[end.index]];
  if (!first || !last) return null;
  const range = document.createRange();
  range.setStart(first, start.offset);
  range.setEnd(last, end.offset);
  return range;
}

export function textNodes(element: Element): Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  return nodes;
}

export function textsOf(nodes: readonly Text[]): string[] {
  return nodes.map((node) => node.data);
}

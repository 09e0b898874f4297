"use client";

import { flag, id, integer, oneOf, text, useUrlState } from "@/lib/url-state";

export const STATUSES = ["pending", "processing", "completed", "failed"] as const;
export const LABELS = ["matter", "category", "practice_area", "jurisdiction", "keyword"] as const;
export type LabelFilter = (typeof LABELS)[number];
export const VIEW_TABS = ["overview", "search", "contents", "analyses", "history", "document"] as const;
export type ViewTab = (typeof VIEW_TABS)[number];

export const PARAMS = {
  // the list
  name: text(),
  status: oneOf(STATUSES, null),
  matter: text(),
  category: text(),
  practice_area: text(),
  jurisdiction: text(),
  keyword: text(),
  /** The texts are searched rather than the names. */
  inside: flag(),
  // what is searched for in the texts, of all documents or of the open one
  q: text(),
  // the open one
  id: id(),
  tab: oneOf(VIEW_TABS, null),
  page: integer(1, { min: 1 }),
  /** What is marked, on that page … */
  quote: text(),
  /** … or, once the reader has leafed away, on this one; 0 until then. */
  quote_page: integer(0),
  analysis: id(),
};

export const useAddress = () => useUrlState(PARAMS);
export type Address = ReturnType<typeof useAddress>[0];

/** The address of the list again, as it was filtered. */
export const CLOSED = { id: null, tab: null, page: 1, quote: "", quote_page: 0, analysis: null } as const;

export const NO_FILTERS = {
  name: "",
  status: null,
  matter: "",
  category: "",
  practice_area: "",
  jurisdiction: "",
  keyword: "",
} as const;

/** What `GET /documents` takes; nothing that is empty. */
export function filtersOf(address: Address) {
  const { name, status, matter, category, practice_area, jurisdiction, keyword } = address;
  return {
    ...(name.trim() && { q: name.trim() }),
    ...(status && { status }),
    ...(matter && { matter }),
    ...(category && { category }),
    ...(practice_area && { practice_area }),
    ...(jurisdiction && { jurisdiction }),
    ...(keyword && { keyword }),
  };
}

const LONGEST_QUOTE = 240;

/** So much of a quotation as finds it on the page where it begins (they are joined by \f); addresses stay short. */
export function quoteFor(text: string): string {
  const [first = ""] = text.trim().split("\f");
  const line = first.replace(/\s+/g, " ").trim();
  if (line.length <= LONGEST_QUOTE) return line;
  return line.slice(0, line.lastIndexOf(" ", LONGEST_QUOTE) + 1 || LONGEST_QUOTE).trim();
}

/** Open the page with this marked on it. */
export function passageAt(page: number, quote: string) {
  return { page, quote, quote_page: 0 };
}

/** What is marked, and the page on which that is. */
export function passageOf({ page, quote, quote_page }: Pick<Address, "page" | "quote" | "quote_page">) {
  return quote ? { quote, page: quote_page || page } : undefined;
}

/** Leafed to another page: what is marked stays so on its own. */
export function leafedTo(page: number, address: Pick<Address, "page" | "quote" | "quote_page">) {
  const passage = passageOf(address);
  return { page, quote_page: passage && passage.page !== page ? passage.page : 0 };
}

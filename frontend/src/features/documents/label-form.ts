import type { Schemas } from "@/lib/api/client";

type DetailsChange = Schemas["DetailsChange"];

const SINGLE = ["matter", "category", "practice_area", "jurisdiction"] as const;

/** The whole form: a label that is empty is taken away. */
export function changeOf(form: FormData): DetailsChange {
  const labels = Object.fromEntries(SINGLE.map((name) => [name, textOf(form, name) || null]));
  return { filename: textOf(form, "filename"), keywords: keywordsOf(textOf(form, "keyword")), ...labels };
}

/** For several documents at once: only what was filled in; keywords come to those a document has. */
export function labelsFor(form: FormData, document: { keywords: string[] }): DetailsChange {
  const filled = SINGLE.flatMap((name) => {
    const value = textOf(form, name);
    return value ? [[name, value] as const] : [];
  });
  const added = keywordsOf(textOf(form, "keyword"));
  return {
    ...Object.fromEntries(filled),
    ...(added.length > 0 && { keywords: [...new Set([...document.keywords, ...added])] }),
  };
}

export function keywordsOf(typed: string): string[] {
  const words = typed.split(",").map((word) => word.trim());
  return [...new Set(words.filter(Boolean))];
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

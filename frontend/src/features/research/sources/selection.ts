/** Which documents are asked: the whole library, also what is added later, or these; an empty list is none. */
export type Used = "all" | readonly string[];

export const MOST_CHOSEN = 200; // the API's limit

/** A conversation without a set of its own asks the whole library. */
export function usedOf(documentIds: readonly string[]): Used {
  return documentIds.length === 0 ? "all" : documentIds;
}

export function idsOf(used: Used): readonly string[] {
  return used === "all" ? [] : used;
}

export function isUsed(used: Used, id: string): boolean {
  return used === "all" || used.includes(id);
}

/** `all` are the ids of the whole library; null while not all of them are known. Null when it would be too many to name. */
export function toggled(used: Used, id: string, all: readonly string[] | null): Used | null {
  const next = used === "all" ? all?.filter((other) => other !== id) : flipped(used, id);
  if (!next || next.length > MOST_CHOSEN) return null;
  return all && all.length > 0 && all.every((other) => next.includes(other)) ? "all" : next;
}

function flipped(used: readonly string[], id: string): readonly string[] {
  return used.includes(id) ? used.filter((other) => other !== id) : [...used, id];
}

export function sameUsed(one: Used, other: Used): boolean {
  const [ids, others] = [idsOf(one), idsOf(other)];
  return (
    (one === "all") === (other === "all") &&
    ids.length === others.length &&
    ids.every((id) => others.includes(id))
  );
}

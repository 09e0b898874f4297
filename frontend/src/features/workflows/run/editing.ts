import { isRecord } from "@/features/json-form/values";

export interface EditedText {
  /** Where it stands in the value. */
  path: readonly (string | number)[];
  label: string;
  text: string;
}

/** The texts of a paper, `{sections: [{heading, markdown}]}`, which can be edited as texts; null for other values. */
export function textsOf(value: unknown): EditedText[] | null {
  if (!isRecord(value) || !Array.isArray(value.sections)) return null;
  const sections: readonly unknown[] = value.sections;
  const texts = sections.flatMap((section, index) => {
    if (!isRecord(section) || typeof section.markdown !== "string" || section.markdown === "") return [];
    const label =
      typeof section.heading === "string" && section.heading ? section.heading : `Part ${index + 1}`;
    return [{ path: ["sections", index, "markdown"], label, text: section.markdown }];
  });
  return texts.length > 0 ? texts : null;
}

/** A copy of the value with these texts in it. */
export function withTexts(value: unknown, texts: readonly EditedText[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const { path, text } of texts) {
    let place = copy;
    for (const key of path.slice(0, -1))
      place = isRecord(place) || Array.isArray(place) ? Reflect.get(place, key) : null;
    const last = path.at(-1);
    if (last !== undefined && isRecord(place)) place[last] = text;
  }
  return copy;
}

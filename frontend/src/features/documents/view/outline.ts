interface Passage {
  index: number;
  section: string | null;
  page_start: number;
}

export interface Section {
  key: string;
  title: string;
  /** 0 for the highest headings. */
  depth: number;
  page: number;
}

const BETWEEN = " > ";

/** The innermost of the headings that a passage stands under. */
export function headingOf(section: string): string {
  return section.split(BETWEEN).at(-1) ?? section;
}

/** Each heading where its first passage begins, also one that has only others under it. */
export function outlineOf(passages: readonly Passage[]): Section[] {
  const sections: Section[] = [];
  let path: readonly string[] = [];
  for (const { index, section, page_start } of passages) {
    const next = section?.split(BETWEEN) ?? [];
    const shared = next.findIndex((title, depth) => title !== path[depth]);
    for (let depth = shared; depth >= 0 && depth < next.length; depth++) {
      sections.push({ key: `${index} ${depth}`, title: next[depth] ?? "", depth, page: page_start });
    }
    path = next;
  }
  return sections;
}

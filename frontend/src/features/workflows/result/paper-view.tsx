"use client";

import { type MouseEvent, useMemo } from "react";
import { Markdown } from "@/components/ui/markdown";
import { type Paper, type Source, withMarks } from "./paper";
import { PaperTable } from "./paper-table";
import { TEXT_PARTS } from "./text-parts";

interface PaperViewProps {
  paper: Paper;
  sources: readonly Source[];
  onSource: (n: number) => void;
}

/** The result as it stands in the file. */
export function PaperView({ paper, sources, onSource }: PaperViewProps) {
  const numbers = useMemo(() => new Set(sources.map(({ n }) => n)), [sources]);
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#source-']") : null;
    if (!link) return;
    event.preventDefault();
    onSource(Number(link.getAttribute("href")?.split("-").at(-1)));
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click
    <article className="space-y-8" onClick={follow}>
      <h2 className="font-semibold text-xl wrap-anywhere">{paper.title}</h2>
      {paper.sections.map(({ heading, markdown }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may have the same heading
        <section key={index} className="max-w-[46rem] space-y-3">
          {heading && <h3 className="font-semibold text-base">{heading}</h3>}
          <Markdown text={withMarks(markdown, numbers)} components={TEXT_PARTS} />
        </section>
      ))}
      {paper.tables.map((table) => (
        <PaperTable key={table.title} table={table} />
      ))}
      {paper.notes.length > 0 && (
        <section className="max-w-[46rem] space-y-2 border-line border-t pt-4 text-muted">
          <h3 className="font-semibold text-ink">Notes</h3>
          <ul className="list-disc space-y-1 ps-5">
            {paper.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </article>
  );
}

"use client";

import type { ComponentProps } from "react";
import type { Components } from "react-markdown";
import { Markdown, type MarkdownProps } from "@/components/ui/markdown";
import { markOf } from "../answers/marks";
import { CitationMark } from "./citation-chip";

const COMPONENTS: Components = {
  a: ({ node: _, href, children, ...props }: ComponentProps<"a"> & { node?: unknown }) =>
    markOf(href) ? (
      <CitationMark href={href} />
    ) : (
      <a {...props} href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ),
};

/** Text `withMarksAsLinks`, within a `CitedAnswer`. */
export function CitedMarkdown(props: Omit<MarkdownProps, "components">) {
  return (
    <div data-words>
      <Markdown {...props} components={COMPONENTS} />
    </div>
  );
}

"use client";

import dynamic from "next/dynamic";
import type { Components } from "react-markdown";
import { cn } from "@/lib/cn";

export interface MarkdownProps {
  text: string;
  /** Other elements for some of the tags, such as citations. Keep it constant: a new object renders everything anew. */
  components?: Components;
  className?: string;
}

/** Markdown that somebody else wrote: no HTML, no images, links that tell nobody where they were followed from. */
export function Markdown({ className, ...props }: MarkdownProps) {
  return (
    <div className={cn("reading", className)}>
      <Rendered {...props} />
    </div>
  );
}

const Rendered = dynamic(() => import("./markdown-rendered"), { ssr: false });

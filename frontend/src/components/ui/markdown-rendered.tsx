import { memo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import type { MarkdownProps } from "./markdown";

// An image would tell its server who reads what; everything else is GitHub's own list.
const schema = {
  ...defaultSchema,
  tagNames: (defaultSchema.tagNames ?? []).filter((name) => name !== "img"),
};

const own: Components = {
  a: ({ node: _, ...props }) => <a {...props} target="_blank" rel="noopener noreferrer nofollow" />,
  table: ({ node: _, ...props }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard too
    <section aria-label="Table" tabIndex={0} className="overflow-x-auto">
      <table {...props} />
    </section>
  ),
};

function MarkdownRendered({ text, components }: MarkdownProps) {
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm]}
      rehypePlugins={[[rehypeSanitize, schema]]}
      components={components ? { ...own, ...components } : own}
    >
      {text}
    </ReactMarkdown>
  );
}

export default memo(MarkdownRendered);

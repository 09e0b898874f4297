import type { Components } from "react-markdown";
import { ScrollBox } from "./scroll-box";

/** Headings within a text stand below those of the page, and tables without a head are told as such. */
export const TEXT_PARTS: Components = {
  h1: ({ node: _, ...props }) => <h3 {...props} />,
  h2: ({ node: _, ...props }) => <h3 {...props} />,
  h3: ({ node: _, ...props }) => <h4 {...props} />,
  h4: ({ node: _, ...props }) => <h5 {...props} />,
  th: ({ node: _, ...props }) => (props.children ? <th {...props} /> : <td />),
  table: ({ node: _, ...props }) => (
    <ScrollBox label="Table" className="[&_thead:not(:has(th))]:hidden">
      <table {...props} />
    </ScrollBox>
  ),
};

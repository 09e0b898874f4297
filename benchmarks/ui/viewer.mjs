// The viewer's own code, as it is built into the interface.
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const FRONTEND = fileURLToPath(new URL("../../frontend/", import.meta.url));
const require = createRequire(new URL("../../frontend/package.json", import.meta.url));

export async function viewer() {
  const { createServer } = await import(pathToFileURL(require.resolve("vite")));
  const vite = await createServer({
    configFile: false,
    root: FRONTEND,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
    resolve: { alias: { "@": `${FRONTEND}src` } },
  });
  const { findQuote } = await vite.ssrLoadModule("/src/lib/find-quote.ts");
  const { fold } = await vite.ssrLoadModule("/src/lib/folded-text.ts");
  const { partsOf } = await vite.ssrLoadModule("/src/features/viewer/passage.ts");
  return {
    fold,
    partsOf,
    outcome: (texts, quote) => outcome(texts, quote, { findQuote, fold }),
    close: () => vite.close(),
  };
}

/** How a quote is found in a page's texts, and the words that are marked. */
function outcome(texts, quote, { findQuote, fold }) {
  const found = findQuote(texts, quote);
  if (!found) return { extent: "lost", times: 0, marked: "", isQuote: false };
  const marked = found.places.map((place) => between(texts, place));
  const wanted = fold(quote);
  const isQuote =
    found.extent === "whole"
      ? marked.every((text) => fold(text) === wanted)
      : fold(marked.join("")) === wanted;
  return { extent: found.extent, times: found.times, marked: marked.join(""), isQuote };
}

function between(texts, { start, end }) {
  if (start.index === end.index) return texts[start.index].slice(start.offset, end.offset);
  const within = texts.slice(start.index + 1, end.index);
  return [texts[start.index].slice(start.offset), ...within, texts[end.index].slice(0, end.offset)].join("");
}

// The text layer of a PDF's pages as pdf.js fills it in the viewer: one text node an item, none for an empty one.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../frontend/package.json", import.meta.url));
const folder = dirname(require.resolve("pdfjs-dist/package.json"));
const pdfjs = await import(pathToFileURL(join(folder, "legacy/build/pdf.mjs")));

export async function opened(path) {
  const task = pdfjs.getDocument({
    data: new Uint8Array(readFileSync(path)),
    cMapUrl: `${folder}/cmaps/`,
    standardFontDataUrl: `${folder}/standard_fonts/`,
    isEvalSupported: false,
    verbosity: 0,
  });
  const document = await task.promise;
  const layers = new Map();
  const layer = async (number) => {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent({ includeMarkedContent: true });
    return items.map(({ str }) => str).filter(Boolean);
  };
  return {
    pages: document.numPages,
    layer: (number) => {
      if (!layers.has(number)) layers.set(number, layer(number));
      return layers.get(number);
    },
    close: () => task.destroy(),
  };
}

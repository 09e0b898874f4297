// What pdf.js fetches at run time, beside its worker: character maps, standard fonts, image decoders, colour profiles.
import { cp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const from = dirname(fileURLToPath(import.meta.resolve("pdfjs-dist/package.json")));
const to = fileURLToPath(new URL("../public/pdfjs", import.meta.url));

await rm(to, { recursive: true, force: true });
for (const folder of ["cmaps", "standard_fonts", "wasm", "iccs"]) {
  await cp(join(from, folder), join(to, folder), { recursive: true });
}

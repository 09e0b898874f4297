// What a first visit to each page downloads as JavaScript, gzipped, against its budget. Reads out/; build first.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const KB = 1000;
const SHELL = 190;
const PAGE = 230;
const BUDGETS = { "research/": 260, "404.html": SHELL, "": SHELL };

const out = fileURLToPath(new URL("../out/", import.meta.url));
if (!existsSync(out)) {
  console.error("There is no out/; run `npm run build` first.");
  process.exit(1);
}

const gzipped = new Map();
function weight(src) {
  if (!gzipped.has(src)) gzipped.set(src, gzipSync(readFileSync(out + src)).length);
  return gzipped.get(src);
}

function scripts(html) {
  const tags = html.match(/<script\b[^>]*\bsrc="[^"]+"[^>]*>/g) ?? [];
  const modern = tags.filter((tag) => !/\snomodule\b/i.test(tag));
  return new Set(modern.map((tag) => tag.match(/\bsrc="\/([^"?]+)/)[1]));
}

let isOver = false;
const files = readdirSync(out, { recursive: true }).filter((file) => file.endsWith(".html"));
for (const file of files.sort()) {
  const page = file.replace(/index\.html$/, "");
  if (page === "404/" || page.startsWith("_not-found")) continue;
  const bytes = [...scripts(readFileSync(out + file, "utf8"))].reduce((sum, src) => sum + weight(src), 0);
  const budget = BUDGETS[page] ?? PAGE;
  const fits = bytes <= budget * KB;
  isOver ||= !fits;
  console.log(`${fits ? "ok  " : "OVER"} ${(bytes / KB).toFixed(1).padStart(6)} / ${budget} kB  /${page}`);
}
process.exit(isOver ? 1 : 0);

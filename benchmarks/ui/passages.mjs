// Whether the viewer finds what the API cites: the contracts of the quality folder are uploaded to a whole Elenchus, its
// answers to gold quotations, questions and searches are laid over the pages' text layers by the viewer's own code.
//
//     ELENCHUS_QUALITY_DIR=… node benchmarks/ui/passages.mjs
//
// What is marked is read back from the text layer and must be the quote; a page's part of a passage counts once. Prints
// one JSON line a figure, and what was not found to stderr.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inBrowser } from "./browser.mjs";
import { cited, filed, retrieved, signedIn, textOf, verified, withElenchus } from "./elenchus.mjs";
import { opened } from "./layer.mjs";
import { viewer } from "./viewer.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = resolve(process.env.ELENCHUS_QUALITY_DIR ?? join(ROOT, "../shared/quality"), "bench");
const AT_LEAST = 0.98;
const LONGEST_QUOTE = 5_000; // characters that the API takes
const BROWSED = 10;
const KINDS = ["gold", "citations", "retrieved"];

function report(figure, value, rest = {}) {
  const rounded = Math.round(value * 10_000) / 10_000;
  console.log(
    JSON.stringify({ figure, value: rounded, at_least: AT_LEAST, met: value >= AT_LEAST, ...rest }),
  );
}

/** What of a contract the API would have marked: the page and the quote. */
async function passagesOf(api, id, queries) {
  const text = await textOf(api, id);
  const gold = queries
    .flatMap((query) => query.gold.map((one) => one.text))
    .filter((one) => one.length <= LONGEST_QUOTE);
  const places = (await verified(api, id, gold)).filter(({ start_char }) => start_char !== null);
  const passages = { asked: gold.length, gold: [], citations: [], retrieved: [] };
  passages.gold = places.map((row) => placed(row, text.slice(row.start_char, row.end_char).join("")));
  for (const { question } of queries) {
    passages.citations.push(...(await cited(api, id, question)).map((row) => placed(row, row.quote)));
    passages.retrieved.push(...(await retrieved(api, id, question)).map((row) => placed(row, row.text)));
  }
  return passages;
}

const placed = ({ page_start }, quote) => ({ page: page_start, quote });

class Tally {
  counts = { parts: 0, whole: 0, apart: 0, part: 0, lost: 0, more_than_once: 0, marked_unlike_the_quote: 0 };

  add({ extent, times, isQuote }) {
    this.counts.parts += 1;
    this.counts[extent] += 1;
    if (times > 1) this.counts.more_than_once += 1;
    if ((extent === "whole" || extent === "apart") && !isQuote) this.counts.marked_unlike_the_quote += 1;
  }

  /** Of which all is marked, and nothing else. */
  get share() {
    const { parts, whole, apart, marked_unlike_the_quote } = this.counts;
    return (whole + apart - marked_unlike_the_quote) / parts;
  }
}

async function main() {
  if (!existsSync(FOLDER)) {
    console.error(`The quality material is not in ${FOLDER}; set ELENCHUS_QUALITY_DIR.`);
    return;
  }
  const code = await viewer();
  try {
    await withElenchus((url) => measure(url, code));
  } finally {
    await code.close();
  }
}

async function measure(url, code) {
  const material = JSON.parse(readFileSync(join(FOLDER, "bench.json"), "utf8"));
  const { api, ...account } = await signedIn(url);
  const [tallies, sample] = [new Map(), []];
  let [asked, located] = [0, 0];
  for (const { document, source, path } of files(material)) {
    const queries = material.queries.filter((query) => query.document_id === document.document_id);
    const id = await filed(api, join(FOLDER, path));
    const passages = await passagesOf(api, id, queries);
    asked += passages.asked;
    located += passages.gold.length;
    await lay(passages, path, code, (kind, outcome) => {
      const figure = `${kind}, ${source}`;
      if (!tallies.has(figure)) tallies.set(figure, new Tally());
      tallies.get(figure).add(outcome);
    });
    if (passages.gold[0]) sample.push({ id, path, ...passages.gold.at(-1) });
  }
  report("gold quotations that the API places", located / asked, { asked, located });
  for (const [figure, tally] of tallies) report(`passages marked: ${figure}`, tally.share, tally.counts);
  await doubted(code);
  await browsed(url, account, sample, code);
}

/** Quotations that are altered, misleading or of another page: none may be shown as standing there as it is quoted. */
async function doubted(code) {
  const { documents, cases } = JSON.parse(readFileSync(join(FOLDER, "../quote_cases.json"), "utf8"));
  const paths = new Map(documents.filter(({ pdf }) => pdf).map(({ document_id, pdf }) => [document_id, pdf]));
  const counts = { cases: 0, whole: 0, apart: 0, part: 0, lost: 0 };
  for (const { document_id, pages, quote, expect, kind } of cases) {
    if (!paths.has(document_id) || expect.startsWith("verified") || expect === "too_short") continue;
    const pdf = await opened(join(FOLDER, paths.get(document_id)));
    const { extent } = code.outcome(await pdf.layer(pages[0]), quote);
    await pdf.close();
    counts.cases += 1;
    counts[extent] += 1;
    if (extent === "whole") console.error(`${kind}: shown as it is quoted: ${quote.slice(0, 200)}`);
  }
  const { whole } = counts;
  const figure = "false quotations shown as standing there";
  console.log(JSON.stringify({ figure, value: whole, at_most: 0, met: whole === 0, ...counts }));
}

/** Each passage over the text layers of its pages. */
async function lay(passages, path, code, onOutcome) {
  const pdf = await opened(join(FOLDER, path));
  for (const kind of KINDS) {
    for (const part of passages[kind].flatMap(code.partsOf)) {
      const outcome = code.outcome(await pdf.layer(part.page), part.quote);
      onOutcome(kind, outcome);
      if (!outcome.isQuote)
        console.error(`${kind}: ${path}, page ${part.page}: ${outcome.extent}: ${part.quote.slice(0, 200)}`);
    }
  }
  await pdf.close();
}

function files({ documents }) {
  return documents.flatMap((document) => [
    ...(document.pdf ? [{ document, source: "original PDFs", path: document.pdf }] : []),
    ...(document.rendered
      ? [{ document, source: "two columns, running heads", path: document.rendered.path }]
      : []),
  ]);
}

/** Some of the same in the viewer itself: that its text layer and its marks are those that were measured. */
async function browsed(url, account, sample, code) {
  const every = Math.max(1, Math.floor(sample.length / BROWSED));
  const chosen = sample.filter((_, index) => index % every === 0).slice(0, BROWSED);
  const shown = await inBrowser(url, account, chosen);
  if (!shown)
    return console.error("No browser is here (CHROMIUM): what was measured was not compared with one.");
  let alike = 0;
  for (const [index, { marked, texts }] of shown.entries()) {
    const { path, page, quote } = chosen[index];
    const pdf = await opened(join(FOLDER, path));
    const [part] = code.partsOf({ page, quote });
    const layer = await pdf.layer(part.page);
    const expected = code.outcome(layer, part.quote).marked;
    const isAlike =
      JSON.stringify(texts) === JSON.stringify(layer) && code.fold(marked) === code.fold(expected);
    alike += isAlike ? 1 : 0;
    if (!isAlike) console.error(`browser: ${path}, page ${part.page}: marked “${marked}” for “${expected}”`);
    await pdf.close();
  }
  report("the browser marks what was measured", alike / shown.length, { compared: shown.length });
}

await main();

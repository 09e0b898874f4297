// What Lighthouse says of each page on a desktop, a line of JSON a figure with its bar: `make ui-bench`.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse, { desktopConfig } from "lighthouse";
import { freePort, signedIn, withElenchus } from "./elenchus.mjs";

const { chromium } = createRequire(new URL("../../frontend/package.json", import.meta.url))("@playwright/test");
const BARS = { performance: 95, accessibility: 100, "best-practices": 95 };
const FOR_ANYBODY = ["/sign-in/", "/sign-up/"];
const FOR_MEMBERS = ["/research/", "/documents/", "/workflows/", "/jobs/", "/settings/"];

await withElenchus((url) =>
  withBrowser(async (browser, port) => {
    for (const path of FOR_ANYBODY) await report(url, path, port);
    await enter(browser, url);
    for (const path of FOR_MEMBERS) await report(url, path, port);
  }),
);

async function report(url, path, port) {
  const settings = { ...desktopConfig.settings, onlyCategories: Object.keys(BARS) };
  const options = { port, output: "json", logLevel: "error", disableStorageReset: true };
  const { lhr } = await lighthouse(url + path, options, { ...desktopConfig, settings });
  if (new URL(lhr.finalDisplayedUrl).pathname !== path) throw new Error(`${path} led to ${lhr.finalDisplayedUrl}`);
  for (const [category, bar] of Object.entries(BARS)) {
    const value = Math.round(lhr.categories[category].score * 100);
    const figure = `lighthouse ${category} of ${path}`;
    console.log(JSON.stringify({ figure, value, at_least: bar, met: value >= bar }));
  }
}

/** In its default context, which Lighthouse's own tab shares. */
async function enter(browser, url) {
  const { email, password } = await signedIn(url);
  const form = { username: email, password };
  const answer = await browser.request.post(`${url}/api/v1/auth/browser/login`, { form, headers: { Origin: url } });
  if (!answer.ok()) throw new Error(`The sign-in was refused: ${answer.status()} ${await answer.text()}`);
}

async function withBrowser(work) {
  const folder = mkdtempSync(join(tmpdir(), "elenchus-lighthouse-"));
  const port = await freePort();
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", `--remote-debugging-port=${port}`],
  });
  try {
    await work(browser, port);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

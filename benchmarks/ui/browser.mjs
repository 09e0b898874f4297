// The same passages opened in the interface by Chromium: what its text layer holds and what is marked in it.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../../frontend/package.json", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const UI = fileURLToPath(new URL("../../frontend/out/index.html", import.meta.url));
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
];

/** Null where there is no browser, or no interface has been built. */
export async function inBrowser(url, { email, password }, passages) {
  if (!existsSync(CHROMIUM) || !existsSync(UI)) return null;
  const { chromium } = require("@playwright/test");
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${url}/sign-in/`);
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(/\/research\//);
    const shown = [];
    for (const passage of passages) shown.push(await shownOf(page, url, passage));
    return shown;
  } finally {
    await browser.close();
  }
}

async function shownOf(page, url, { id, page: number, quote }) {
  const address = new URLSearchParams({ id, page: String(number), quote });
  await page.goto(`${url}/documents/?${address}`);
  await page
    .getByText(/^(Passage (highlighted|not located)|Highlighted in pieces|Only a part)/)
    .waitFor({ timeout: 20_000 });
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.querySelector(".textLayer"), NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode.data);
    return { texts, marked: [...(CSS.highlights.get("citation") ?? [])].map(String).join("") };
  });
}

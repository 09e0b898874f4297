import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const CHROMIUM =
  process.env.CHROMIUM || (process.env.PATH ?? "").split(delimiter).flatMap(inFolder).find(existsSync);
/** Chromium itself stays on this machine: without these it asks its maker for components, experiments and accounts. */
const ALONE = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE_MS = 15_000; // on a busy machine with two processors

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  globalSetup: "./e2e/support/stack.ts",
  workers: 2,
  fullyParallel: true,
  timeout: 90_000,
  expect: { timeout: PATIENCE_MS },
  reporter: [["list"]],
  use: {
    actionTimeout: PATIENCE_MS,
    navigationTimeout: PATIENCE_MS,
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/London",
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure", // a trace of each test takes a sixth of the time: `--trace on` where one is wanted
    launchOptions: { args: ALONE, ...(CHROMIUM && { executablePath: CHROMIUM }) },
  },
  projects: [
    { name: "suite", testMatch: "*.spec.ts" },
    { name: "screenshots", testMatch: "screenshots.ts" },
    { name: "figures", testMatch: "figures.ts", workers: 1 },
  ],
});

function inFolder(folder: string): string[] {
  return NAMES.map((name) => join(folder, name));
}

import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { Firm, goOnWithAll } from "./firm";
import { stack } from "./stack";

export { expect };

export interface Faults {
  met: string[];
  excused: RegExp[];
}

interface Fixtures {
  /** Sees to it that no page of a browser errs, runs what is not ours, or asks anybody else. */
  guard: (context: BrowserContext) => void;
  /** What is asked at such an address may be refused: browsers write that into the console too. */
  mayFail: (url: RegExp) => void;
  /** Whose owner is signed in. */
  firm: Firm;
  _faults: Faults;
  _guarded: undefined;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: a fixture names what it needs
  baseURL: async ({}, use) => use(stack().url),

  // biome-ignore lint/correctness/noEmptyPattern: a fixture names what it needs
  _faults: async ({}, use) => {
    const faults: Faults = { met: [], excused: [] };
    await use(faults);
    expect(faults.met, "errors in the console and of pages, dialogs, and requests to others").toEqual([]);
  },

  guard: async ({ _faults }, use) => use((context) => watch(context, _faults)),

  mayFail: async ({ _faults }, use) => use((url) => void _faults.excused.push(url)),

  _guarded: [
    async ({ context, guard }, use) => {
      guard(context);
      await use(undefined);
      await goOnWithAll();
    },
    { auto: true },
  ],

  firm: async ({ context }, use) => {
    const firm = await Firm.founded();
    await firm.signIn(context);
    await use(firm);
    await firm.api.dispose();
  },
});

/** Nothing that is awaited is still to come, be it shown yet or not. */
export async function expectLoaded(page: Page): Promise<void> {
  await expect(page.locator("[data-loading]")).toHaveCount(0);
}

export function watch(context: BrowserContext, { met, excused }: Faults): void {
  const own = new URL(stack().url).origin;
  context.on("console", (message) => {
    const { url } = message.location();
    const isRefusal =
      message.text().startsWith("Failed to load resource") && excused.some((one) => one.test(url));
    if (message.type() === "error" && !isRefusal) met.push(`console: ${message.text()} (${url})`);
  });
  context.on("weberror", (error) => met.push(`page: ${error.error().stack}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== own && url.protocol !== "data:") met.push(`request: ${request.url()}`);
  });
  context.on("dialog", (dialog) => {
    if (dialog.type() !== "beforeunload") met.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

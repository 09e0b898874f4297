import { expect, test } from "@playwright/test";
import { expectAccessible } from "./support/accessible";
import { stack } from "./support/stack";
import { type Faults, watch } from "./support/test";

/** What no test may leave behind, and the beginning of what is said of it. */
const FAULTS: [fault: string, commit: () => unknown, said: string][] = [
  ["an error in the console", () => Reflect.get(globalThis, "console").error("told"), "console: told"],
  ["an error of the page", () => reportError(new Error("thrown")), "page: Error: thrown"],
  ["a promise that nobody minds", () => void Promise.reject(new Error("late")), "page: Error: late"],
  ["a dialog", () => alert("said"), "dialog: said"],
  ["something that is not there", () => fetch("/api/v1/nothing"), "console: Failed to load resource"],
  [
    "an image of others",
    () => new Image().setAttribute("src", "https://evil.example/"),
    "request: https://evil",
  ],
  [
    "a script that is not ours",
    () => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
    },
    "console: Executing inline script violates",
  ],
];

for (const [fault, commit, said] of FAULTS) {
  test(`a test hears of ${fault}`, async ({ page, context }) => {
    const faults: Faults = { met: [], excused: [] };
    watch(context, faults);
    await page.goto(`${stack().url}/sign-in/`);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    expect(faults.met).toEqual([]);
    await page.evaluate(commit);
    await expect.poll(() => faults.met).toContainEqual(expect.stringContaining(said));
  });
}

test("a test fails for words that are hard to see", async ({ page }) => {
  await page.goto(`${stack().url}/sign-in/`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.addStyleTag({ content: "h1 { color: #bbb !important }" });
  await expect(expectAccessible(page, "sign in")).rejects.toThrow("color-contrast");
});

import type { Locator, Page } from "@playwright/test";
import { PASSWORD, paper, play } from "./support/firm";
import { LEASE, NOTICE, RENT } from "./support/papers";
import { expect, test } from "./support/test";

const MOST_STEPS = 60;

/** By Tab alone, as somebody without a pointer gets there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let step = 0; step < MOST_STEPS; step += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not reach ${target} in ${MOST_STEPS} steps`);
}

async function press(page: Page, target: Locator, key = "Enter"): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

test("sign in, ask, and open a citation", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  await play({ about, pieces: [`“${RENT}” ⟦${RENT}⟧ and “${NOTICE}” ⟦${NOTICE}⟧`] });
  await page.context().clearCookies();
  await page.goto("/sign-in/");
  await expect(page.getByLabel("E-mail address")).toBeFocused();
  await page.keyboard.type(firm.owner.email);
  await tabTo(page, page.getByRole("textbox", { name: "Password" }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByText("The one document is asked.")).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByLabel("Your question")).toBeFocused();
  await page.keyboard.type(`What is the rent? (${about})`);
  await page.keyboard.press("Enter");
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(answer).toHaveAttribute("aria-busy", "false");
  const marks = answer.locator("[data-citation]");
  await page.locator("body").press("Shift+Tab"); // from the question back into the conversation
  await page.getByRole("region", { name: "Conversation" }).focus();
  await tabTo(page, marks.first());
  await page.keyboard.press("ArrowRight");
  await expect(marks.nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Passage highlighted")).toBeVisible();
  await expect(
    page.getByRole("region", { name: "Source: lease" }).getByLabel("Page", { exact: true }),
  ).toHaveValue("3");
});

test("upload", async ({ page, firm }) => {
  void firm;
  await page.goto("/documents/");
  await expect(page.getByText("Drop documents here")).toBeVisible();
  const chooser = page.waitForEvent("filechooser");
  await press(page, page.getByRole("button", { name: "Choose files" }));
  await expect(page.getByRole("menuitem", { name: "Files…" })).toBeFocused();
  await page.keyboard.press("Enter");
  await (await chooser).setFiles({
    name: "lease.pdf",
    mimeType: "application/pdf",
    buffer: await paper(LEASE),
  });
  await expect(page.getByRole("row", { name: /lease/ })).toContainText("Ready");
});

test("start a workflow", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  await page.goto("/research/");
  await expect(page.getByText("The one document is asked.")).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("w");
  await press(page, page.getByRole("link", { name: "NDA check" }));
  await press(page, page.getByRole("button", { name: /^Choose a document/ }));
  await expect(page.getByRole("searchbox", { name: "Search documents by name" })).toBeFocused();
  await press(page, page.getByRole("dialog").getByRole("button", { name: /^lease/ }));
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await tabTo(page, page.getByLabel("Language model"));
  await page.keyboard.type("extractive");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/workflows\/run\/\?id=/);
});

test("cancel a job", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const question = `May the landlord end the lease? (${firm.owner.email})`;
  await play({ about: question, pieces: [`“${NOTICE}” ⟦${NOTICE}⟧`], pause_after: 0 });
  await firm.post("/workflows/execute", {
    template_name: "legal-memo",
    input_data: { question, review: false },
  });
  await page.goto("/jobs/");
  const row = page.getByRole("row", { name: /Run a workflow/ });
  await expect(row).toContainText("Running");
  await page.keyboard.press("j");
  await expect(row.getByRole("button", { name: "Run a workflow" })).toBeFocused();
  await page.keyboard.press("c");
  const asked = page.getByRole("alertdialog");
  await press(page, asked.getByRole("button", { name: "Cancel the job" }));
  await expect(asked).toHaveCount(0);
  await expect(row).toContainText("Cancelled");
});

test("the palette leads anywhere", async ({ page, firm }) => {
  void firm;
  await page.goto("/documents/");
  await expect(page.getByRole("heading", { name: "Documents" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeVisible();
  await page.keyboard.type("sett");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings\//);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

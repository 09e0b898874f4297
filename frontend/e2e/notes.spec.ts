import type { Page } from "@playwright/test";
import { expectAccessible } from "./support/accessible";
import { type Firm, paper, play } from "./support/firm";
import { LEASE, NOTICE, RENT, RENT_PAGE } from "./support/papers";
import { expect, expectLoaded, test } from "./support/test";

const notes = (page: Page) => page.getByRole("region", { name: "Notes", exact: true });
const note = (page: Page, words: string | RegExp) =>
  notes(page).getByRole("article").filter({ hasText: words });

async function answered(firm: Firm): Promise<string> {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  await play({ about, pieces: [`“${RENT}” ⟦${RENT}⟧\n\n`, `“${NOTICE}” ⟦${NOTICE}⟧`] });
  return firm.asked(`What is the rent? (${about})`);
}

test("an answer is kept, its source opened, and notes are written, changed and deleted", async ({
  page,
  firm,
}) => {
  const id = await answered(firm);
  await page.goto(`/research/?id=${id}`);
  const answer = page.getByRole("article", { name: "Answer" });

  await test.step("keep an answer", async () => {
    await answer.getByRole("button", { name: "Save to notes" }).click();
    await page.getByRole("button", { name: "Open notes" }).click();
    await expect(page.getByRole("tab", { name: "Notes" })).toBeFocused();
    await expect(note(page, RENT)).toContainText("From an answer");
    await expect(page).toHaveURL(/beside=notes/);
  });

  await test.step("open a source of the note, and find it again", async () => {
    await note(page, RENT)
      .getByRole("button", { name: /^Source \d: lease/ })
      .first()
      .click();
    const source = page.getByRole("region", { name: "Source: lease" });
    await expect(source.getByText("Passage highlighted")).toBeVisible();
    await expect(source.getByLabel("Page", { exact: true })).toHaveValue(String(RENT_PAGE));
    await expect(page.getByRole("tab", { name: "Source", exact: true })).toBeFocused();
    await page.reload();
    await expect(source.getByText("Passage highlighted")).toBeVisible();
    await page.getByRole("tab", { name: "Source", exact: true }).press("ArrowRight");
    await expect(note(page, RENT)).toBeVisible();
  });

  await test.step("write one", async () => {
    const field = page.getByLabel("New note");
    await field.fill("Ask the client **when** it was served.");
    await page.reload();
    await expect(field).toHaveValue("Ask the client **when** it was served.");
    await field.press("Control+Enter");
    await expect(note(page, "Ask the client").locator("strong")).toHaveText("when");
    await expect(field).toHaveValue("");
    await expect(note(page, "Ask the client")).not.toContainText("From an answer");
    await expect(notes(page).getByRole("article").first()).toContainText("Ask the client");
  });

  await test.step("change the answer's words", async () => {
    await note(page, RENT).getByRole("button", { name: "Edit" }).click();
    const field = page.getByLabel("The note's text");
    await expect(field).toBeFocused();
    await field.press("End");
    await page.keyboard.type(" Not yet paid.");
    await page.getByRole("tab", { name: "Results" }).click();
    await page.getByRole("tab", { name: "Notes" }).click();
    await expect(field).toHaveValue(/Not yet paid\./);
    await field.press("Control+Enter");
    await expect(note(page, "Not yet paid.")).toContainText("From an answer, edited since");
    await expect(note(page, "Not yet paid.").getByRole("button", { name: "Edit" })).toBeFocused();
  });

  await test.step("delete one", async () => {
    await note(page, "Ask the client").getByRole("button", { name: "Delete" }).click();
    const question = page.getByRole("alertdialog", { name: "Delete this note?" });
    await expect(question).toContainText("Ask the client");
    await question.getByRole("button", { name: "Delete" }).click();
    await expect(note(page, "Ask the client")).toHaveCount(0);
    await expect(notes(page)).toBeFocused();
  });

  await page.reload();
  await expect(notes(page).getByRole("article")).toHaveCount(1);
  await expect(note(page, "Not yet paid.")).toContainText("From an answer, edited since");
});

test("what is chosen of an answer is kept alone, with what it cites", async ({ page, firm }) => {
  const id = await answered(firm);
  await page.goto(`/research/?id=${id}&beside=notes`);
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(notes(page)).toContainText("No notes yet");
  await answer.locator("[data-words]").getByText(NOTICE).selectText();
  await answer.getByRole("button", { name: "Save to notes" }).click();
  await expect(note(page, NOTICE)).not.toContainText(RENT);
  await expect(note(page, NOTICE).getByRole("button", { name: /^Source \d: lease/ })).toHaveCount(1);
});

test("more than a page of notes is shown when it is asked for, and a failure is told", async ({
  page,
  firm,
  mayFail,
}) => {
  mayFail(/\/notes/);
  const id = await answered(firm);
  for (let number = 1; number <= 51; number += 1)
    await firm.post(`/chat/conversations/${id}/notes`, { content: `Note number ${number}.` });
  await page.route("**/notes?*", (route) => route.abort());
  await page.goto(`/research/?id=${id}&beside=notes`);
  const fault = notes(page).getByRole("alert");
  await expect(fault).toContainText("The notes could not be loaded");
  await page.unroute("**/notes?*");
  await fault.getByRole("button", { name: "Retry" }).click();
  await expect(notes(page).getByRole("article")).toHaveCount(50);
  await notes(page).getByRole("button", { name: "Show more" }).click();
  await expect(notes(page).getByRole("article")).toHaveCount(51);
});

test("everybody can use them", async ({ page, firm }) => {
  await page.goto("/research/?beside=notes");
  await expect(page.getByText("Notes belong to a conversation")).toBeVisible();
  await expectAccessible(page, "notes without a conversation");
  const id = await answered(firm);
  const path = `/chat/conversations/${id}/notes`;
  const { messages } = await firm.get<{ messages: { id: string; role: string }[] }>(
    `/chat/conversations/${id}`,
  );
  const message_id = messages.find(({ role }) => role === "assistant")?.id;
  const kept = await firm.post<{ id: string }>(path, { message_id });
  await firm.change(`${path}/${kept.id}`, { content: "In **other** words [1]." });
  await firm.post(path, { message_id });
  await firm.post(path, { content: "| Day | Sum |\n|---|---|\n| First | $4,200 |" });
  await page.goto(`/research/?id=${id}&beside=notes`);
  await expect(notes(page).getByRole("article")).toHaveCount(3);
  await note(page, "In other words").getByRole("button", { name: "Edit" }).click();
  await expectAccessible(page, "notes");
});

for (const viewport of [
  { width: 390, height: 844 },
  { width: 320, height: 640 },
]) {
  test.describe(`at ${viewport.width} × ${viewport.height}`, () => {
    test.use({ viewport, hasTouch: true, isMobile: true });

    test("they are brought forward, and fit", async ({ page, firm }) => {
      const id = await answered(firm);
      await firm.post(`/chat/conversations/${id}/notes`, {
        content: `${"unbroken".repeat(20)}\n\n# Heading`,
      });
      await page.goto(`/research/?id=${id}`);
      await expectLoaded(page);
      const kept = page.waitForResponse((answer) => answer.request().method() === "POST" && answer.ok());
      await page.getByRole("button", { name: "Save to notes" }).tap();
      await kept;
      await page.getByRole("button", { name: "Open notes" }).tap();
      await expect(notes(page).getByRole("article")).toHaveCount(2);
      await expectToFit(page);
      await page.reload();
      await note(page, "unbroken").getByRole("button", { name: "Edit" }).tap();
      await expect(page.getByLabel("The note's text")).toBeFocused();
      await expectToFit(page);
    });
  });
}

async function expectToFit(page: Page): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide, "pixels beyond the screen").toBeLessThanOrEqual(0);
}

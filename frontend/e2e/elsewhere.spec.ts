import { paper, play } from "./support/firm";
import { LEASE, RENT } from "./support/papers";
import { expect, test } from "./support/test";

test("a document that comes from elsewhere is listed, and no row moves under the pointer", async ({
  page,
  firm,
}) => {
  const text = LEASE.join("\n\n");
  await firm.filed(Buffer.from(text), "first.txt", "text/plain");
  await page.goto("/documents/");
  const row = (name: string) => page.getByRole("link", { name, exact: true });
  await expect(row("first")).toBeVisible();
  await page.mouse.move(0, 0);
  await firm.filed(Buffer.from(`${text} II`), "second.txt", "text/plain");
  await expect(row("second")).toBeVisible();

  await row("second").hover();
  await firm.filed(Buffer.from(`${text} III`), "third.txt", "text/plain");
  const show = page.getByRole("button", { name: "Show what is new" });
  await expect(show).toBeVisible();
  await expect(row("third")).toHaveCount(0);
  await show.click();
  await expect(row("third")).toBeVisible();
  await expect(show).toHaveCount(0);
});

test("a conversation has its name as soon as the model has given it", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const question = `What is the rent? (${firm.owner.email})`;
  await play({ about: question, pieces: [`“${RENT}” ⟦${RENT}⟧`], title: "The rent of the flat" });
  await page.goto("/research/");
  await page.getByLabel("Your question").fill(question);
  await page.getByRole("button", { name: "Ask" }).click();
  await expect(page.getByRole("article", { name: "Answer" })).toContainText(RENT);
  await expect(page.getByRole("heading", { name: "The rent of the flat" })).toBeVisible();
});

import type { BrowserContext, Page } from "@playwright/test";
import { expectAccessible } from "./support/accessible";
import { type Firm, paper, play } from "./support/firm";
import { LEASE, RENT, RENT_PAGE } from "./support/papers";
import { expect, test } from "./support/test";

const ALTERED = RENT.replace("$4,200", "$5,200");
const TITLE = "The rent of the harbour lease";

/** A conversation with one quotation that stands and one that does not. */
async function conversation(firm: Firm): Promise<string> {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  const pieces = [`The rent: “${RENT}” ⟦${RENT}⟧\n\n`, `The same, wrongly: “${ALTERED}” ⟦${RENT}⟧`];
  await play({ about, title: TITLE, pieces });
  const id = await firm.asked(`What is the rent? (${about})`);
  await firm.change(`/chat/conversations/${id}`, { title: TITLE });
  return id;
}

async function sharing(page: Page, id: string) {
  await page.goto(`/research/?id=${id}`);
  await page.getByRole("button", { name: "More about this conversation" }).click();
  await page.getByRole("menuitem", { name: "Share…" }).click();
  const dialog = page.getByRole("dialog", { name: "Share the conversation" });
  await expect(dialog).toBeVisible();
  return { dialog, link: dialog.getByRole("textbox", { name: "Link" }) };
}

/** The paths of the API that it is asked for. */
function asked(context: BrowserContext): string[] {
  const paths: string[] = [];
  context.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/")) paths.push(pathname);
  });
  return paths;
}

async function expectToFit(page: Page, what: string): Promise<void> {
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, `${what} at ${width}: pixels beyond the screen`).toBeLessThanOrEqual(0);
  }
}

test("a link is made, read by somebody without an account, and taken back", async ({
  page,
  context,
  firm,
  guard,
  browser,
  mayFail,
}) => {
  mayFail(/\/chat\/shared\//);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { dialog, link } = await sharing(page, await conversation(firm));
  await expect(dialog).toContainText("without signing in");
  await expect(dialog.getByRole("button", { name: "Stop sharing" })).toHaveCount(0);
  await expect(dialog.getByRole("combobox")).toHaveText("7 days");
  await expectAccessible(page, "sharing, before there is a link");
  await dialog.getByRole("combobox").click();
  await page.getByRole("option", { name: "30 days" }).click();
  await dialog.getByRole("button", { name: "Create the link" }).click();
  await expect(link).toHaveValue(/\/shared\/#token=\S+$/);
  await expect(dialog).toContainText("It works until");
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  const url = await page.evaluate(() => navigator.clipboard.readText());
  expect(url).toBe(await link.inputValue());
  await expectAccessible(page, "a link that was just made");

  const elsewhere = await browser.newContext({ reducedMotion: "reduce" });
  guard(elsewhere);
  const paths = asked(elsewhere);
  const reader = await elsewhere.newPage();
  await reader.goto(url);
  await expect(reader.getByRole("heading", { level: 1, name: TITLE })).toBeVisible();
  await expect(reader.getByText("The link works until")).toBeVisible();
  const quotes = reader.getByRole("list", { name: "Quotations in the answer" });
  await expect(quotes.getByRole("listitem").filter({ hasText: RENT })).toContainText("Verified");
  await expect(quotes.getByRole("listitem").filter({ hasText: ALTERED })).toContainText("Altered");
  const sources = reader.getByRole("list", { name: "Sources of this answer" });
  await expect(sources).toContainText(`page ${RENT_PAGE}`);
  await expect(sources.getByRole("button")).toHaveCount(0);
  await expect(reader.getByRole("link")).toHaveCount(0);
  await reader
    .getByRole("button", { name: /^Source 1: lease/ })
    .first()
    .click();
  await expect(reader.getByRole("blockquote")).toContainText("$4,200");
  await expectAccessible(reader, "a shared conversation");
  await expect(reader.locator("meta[name=robots]").first()).toHaveAttribute("content", /noindex/);
  expect(new Set(paths.map((path) => path.replace(/[^/]+$/, "")))).toEqual(new Set(["/api/v1/chat/shared/"]));
  await expectToFit(reader, "a shared conversation");

  await dialog.getByRole("button", { name: "Stop sharing" }).click();
  await expect(dialog.getByText("The link opens nothing any more.")).toBeVisible();
  await expect(link).toHaveCount(0);
  await reader.reload();
  await expect(reader.getByRole("heading", { name: "There is nothing at this link" })).toBeVisible();
  await expect(reader.getByText(TITLE)).toHaveCount(0);
  await expectAccessible(reader, "a link that was taken back");
  await expectToFit(reader, "a link that was taken back");
  await reader.goto("/shared/");
  await expect(reader.getByRole("heading", { name: "This link is not complete" })).toBeVisible();
  await elsewhere.close();
});

test("a link is shown once, and a new one takes its place", async ({ page, firm, mayFail }) => {
  mayFail(/\/chat\/shared\//);
  const id = await conversation(firm);
  const { url } = await firm.post<{ url: string }>(`/chat/conversations/${id}/share`, {});
  await page.setViewportSize({ width: 390, height: 800 });
  const { dialog, link } = await sharing(page, id);
  await expect(dialog.getByText("There is a link")).toBeVisible();
  await expect(dialog).toContainText("cannot be shown again");
  await expect(link).toHaveCount(0);
  await expectAccessible(page, "a link that was made before");
  await expectToFit(page, "sharing");
  await dialog.getByRole("button", { name: "Make a new link" }).click();
  await expect(link).toHaveValue(/#token=/);
  const renewed = await link.inputValue();
  await expectToFit(page, "a new link");
  await page.goto(url);
  await expect(page.getByRole("heading", { name: "There is nothing at this link" })).toBeVisible();
  await page.goto(renewed);
  await expect(page.getByRole("heading", { level: 1, name: TITLE })).toBeVisible();
});

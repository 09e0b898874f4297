import { expectAccessible } from "./support/accessible";
import { type Firm, mailedLink, PASSWORD, paper, play, someone } from "./support/firm";
import { LEASE, NOTICE, RENT } from "./support/papers";
import { expect, expectLoaded, test } from "./support/test";

test("pages of those who are not signed in", async ({ page, mayFail }) => {
  await page.goto("/sign-in/");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expectAccessible(page, "sign in");
  mayFail(/\/auth\/browser\/login/);
  await page.getByLabel("E-mail address").fill(someone().email);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").first()).not.toBeEmpty();
  await expectAccessible(page, "sign in, refused");
  await page.goto("/sign-up/");
  await expect(page.getByRole("heading", { name: "Create an account" })).toBeVisible();
  await expectAccessible(page, "sign up");
  await page.goto("/forgot-password/");
  await expect(page.getByRole("button", { name: "Mail me a link" })).toBeVisible();
  await expectAccessible(page, "forgotten password");
});

test("pages that mails lead to", async ({ page, firm, guard, browser }) => {
  const { email } = firm.owner;
  await firm.post("/auth/password/forgot", { email });
  const reset = await mailedLink(email, /password/i);
  const guest = someone();
  await firm.post("/tenants/current/invitations", { email: guest.email, role: "member" });
  const invitation = await mailedLink(guest.email, /invit/i);
  await page.goto(await mailedLink(email, /confirm|verif/i));
  await expect(page.getByRole("heading", { name: "Confirm your e-mail address" })).toBeVisible();
  await expectAccessible(page, "confirm an address");
  await page.getByRole("button").last().click();
  await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();

  const context = await browser.newContext();
  guard(context);
  const stranger = await context.newPage();
  await stranger.goto(invitation);
  await expect(stranger.getByRole("link", { name: "Create an account" })).toBeVisible();
  await expectAccessible(stranger, "an invitation");
  await stranger.getByRole("link", { name: "Create an account" }).click();
  await stranger.getByLabel("Your name").fill(guest.full_name);
  await stranger.getByLabel("E-mail address").fill(guest.email);
  await stranger.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await stranger.getByRole("button", { name: "Create the account and join" }).click();
  await expect(stranger).toHaveURL(/\/research\//);

  await page.goto(reset);
  await expect(page.getByRole("textbox", { name: /password/i })).toBeVisible();
  await expectAccessible(page, "a new password");
  await page.getByRole("textbox", { name: /password/i }).fill(`${PASSWORD} again`);
  await page
    .getByRole("button", { name: /^(?!Show|Hide)/ })
    .last()
    .click();
  await expect(page.getByRole("heading", { name: "Your password is changed" })).toBeVisible();
  await context.close();
});

test("research", async ({ page, firm }) => {
  await page.goto("/research/");
  await expect(page.getByText("No documents yet")).toBeVisible();
  await expectAccessible(page, "research without documents");
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  const altered = RENT.replace("4,200", "5,200");
  const pieces = [
    `“${RENT}” ⟦${RENT}⟧\n\n| Day | Sum |\n|---|---|\n| First | $4,200 ⟦${RENT}⟧ |\n\n`,
    `“${altered}” ⟦${RENT}⟧`,
  ];
  await play({ about, pieces, pause_after: 2 });
  const id = await firm.asked(`What is the rent? (${about})`);
  await page.goto(`/research/?id=${id}`);
  await expect(page.getByText(/to check before you rely on this/)).toBeVisible();
  await expectAccessible(page, "an answer with doubts");
  await page
    .getByRole("button", { name: /^Source 1: lease/ })
    .first()
    .click();
  await expect(page.getByText("Passage highlighted")).toBeVisible();
  await expectAccessible(page, "the source of an answer");
  await page
    .getByRole("button", { name: /^Source 1: lease/ })
    .first()
    .hover();
  await expect(page.getByRole("blockquote")).toBeVisible();
  await expectAccessible(page, "the card of a citation");
  await page.getByRole("button", { name: "Conversations" }).click();
  await expect(page.getByRole("dialog", { name: "Your conversations" })).toBeVisible();
  await expectAccessible(page, "the list of conversations");
});

test("documents", async ({ page, firm }) => {
  await page.goto("/documents/");
  await expect(page.getByText("Drop documents here, or whole folders")).toBeVisible();
  await expectAccessible(page, "documents, none");
  const id = await firm.filed(await paper(LEASE));
  await firm.filed(Buffer.from(LEASE.join("\n\n")), "copy.txt", "text/plain");
  await page.reload();
  await expect(page.getByRole("link", { name: "copy" })).toBeVisible();
  await page.getByRole("checkbox", { name: "Tick copy" }).check();
  await expectAccessible(page, "documents");
  await page.goto(`/documents/?id=${id}`);
  await expect(page.locator(".textLayer")).toContainText("RESIDENTIAL LEASE");
  for (const name of ["Overview", "Search", "Contents", "Analyses", "History"]) {
    await page.getByRole("tab", { name }).click();
    await expectAccessible(page, `a document, ${name}`);
  }
});

test("workflows", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  await page.goto("/workflows/");
  await expect(page.getByRole("link", { name: "NDA check" })).toBeVisible();
  await expectAccessible(page, "the gallery of workflows");
  await page.getByRole("link", { name: "Legal memorandum" }).click();
  await expect(page.getByLabel("Question presented")).toBeVisible();
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expectAccessible(page, "the form of a workflow, with a fault");
  await page.getByRole("button", { name: /^Choose documents/ }).click();
  await expect(page.getByRole("dialog").getByText("lease")).toBeVisible();
  await expectAccessible(page, "the choice of documents");
  await page.keyboard.press("Escape");
  await page.getByLabel("Question presented").fill("Until when is the rent due each month?");
  await page.getByRole("button", { name: "Start" }).click();
  const approve = page.getByRole("button", { name: /^Approve/ });
  await expect(approve).toBeVisible({ timeout: 40_000 });
  await expectAccessible(page, "a run that waits for approval");
  await approve.click();
  await expect(page.getByRole("heading", { name: /Result|Memorandum/ }).first()).toBeVisible({
    timeout: 40_000,
  });
  await expectAccessible(page, "the result of a run");
  for (const tab of ["Runs", "Schedules"]) {
    await page.goto(`/workflows/?tab=${tab.toLowerCase()}`);
    await expect(page.getByRole("tab", { name: tab })).toHaveAttribute("aria-selected", "true");
    await expectAccessible(page, `workflows, ${tab}`);
  }
});

test("jobs, the palette and the keys", async ({ page, firm }) => {
  await page.goto("/jobs/");
  await expect(page.getByRole("heading", { name: "Jobs" })).toBeVisible();
  await expectAccessible(page, "no jobs");
  await waitingRun(firm);
  const row = page.getByRole("row", { name: /Run a workflow/ });
  await expect(row).toContainText("Running");
  await expectAccessible(page, "jobs");
  await row.getByRole("button", { name: "Run a workflow" }).click();
  const peek = page.getByRole("complementary", { name: "The job that is open" });
  await expect(peek.getByText("Attempt", { exact: true })).toBeVisible();
  await expectAccessible(page, "a job");
  await peek.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await expectAccessible(page, "a question before an act");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeVisible();
  await expectAccessible(page, "the palette");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await expectAccessible(page, "the keys");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Account/ }).click();
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
  await expectAccessible(page, "the menu of the account");
});

test("what is not there, and what does not answer", async ({ page, firm: _, mayFail }) => {
  mayFail(/\/no-such-page\/|\/api\/v1\/documents/);
  await page.goto("/no-such-page/");
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await expectAccessible(page, "no such page");
  await page.goto(`/documents/?id=${NOBODYS}`);
  await expect(page.getByText("This document is not here")).toBeVisible();
  await expectAccessible(page, "no such document");
  await page.route("**/api/v1/documents*", (route) => route.abort());
  await page.goto("/documents/");
  const fault = page.getByRole("alert").filter({ hasText: "The documents could not be loaded" });
  await expect(fault).toBeVisible();
  await expectAccessible(page, "documents, without an answer");
  await page.unroute("**/api/v1/documents*");
  await fault.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByText("Drop documents here, or whole folders")).toBeVisible();
});

const NOBODYS = "0123456789abcdef01234567";
const TABS = ["profile", "security", "members", "keys", "firm", "audit", "data"];

test("settings", async ({ page, firm }) => {
  await firm.post("/tenants/current/invitations", { email: someone().email, role: "member" });
  for (const tab of TABS) {
    await page.goto(`/settings/?tab=${tab}`);
    await expect(page.getByRole("tabpanel").getByRole("heading").first()).toBeVisible();
    await expectLoaded(page);
    await expectAccessible(page, `settings, ${tab}`);
  }
  await page.goto("/settings/?tab=keys");
  await page.getByRole("button", { name: "New key" }).click();
  await expect(page.getByRole("dialog", { name: "New API key" })).toBeVisible();
  await expectAccessible(page, "a new key");
  await page.goto("/settings/?tab=members");
  await page.getByRole("button", { name: /Invite/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectAccessible(page, "a new invitation");
});

/** A run whose model does not answer. */
async function waitingRun(firm: Firm): Promise<void> {
  await firm.filed(await paper(LEASE));
  const question = `May the landlord end the lease? (${firm.owner.email})`;
  await play({ about: question, pieces: [`“${NOTICE}” ⟦${NOTICE}⟧`], pause_after: 0 });
  await firm.post("/workflows/execute", {
    template_name: "legal-memo",
    input_data: { question, review: false },
  });
}

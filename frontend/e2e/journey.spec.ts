import { goOn, PASSWORD, paper, play, someone } from "./support/firm";
import { LEASE, RENT, RENT_PAGE } from "./support/papers";
import { expect, test } from "./support/test";

test("from an account of one's own to an answer, its source, a workflow and a key", async ({
  page,
  context,
}) => {
  const ada = someone();

  await test.step("create an account", async () => {
    await page.goto("/sign-up/");
    await page.getByLabel("Your name").fill(ada.full_name);
    await page.getByLabel("E-mail address").fill(ada.email);
    await page.getByLabel("Firm").fill(ada.organization);
    await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create the account" }).click();
    await expect(page).toHaveURL(/\/research\//);
    await expect(page.getByText("Add a document first")).toBeVisible();
  });

  await test.step("upload a document", async () => {
    const file = { name: "lease.pdf", mimeType: "application/pdf", buffer: await paper(LEASE) };
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Add documents" }).click();
    await (await chooser).setFiles(file);
    await expect(page.getByRole("list", { name: "Documents" })).toContainText("PDF · 3 pages");
    await expect(page.getByText("The one document is asked.")).toBeVisible();
  });

  const question = `What is the rent? (${ada.email})`;
  await test.step("ask, and see the answer arrive", async () => {
    await play({
      about: question,
      pieces: ["The rent is due monthly. ", `“${RENT}” ⟦${RENT}⟧`],
      pause_after: 1,
    });
    await page.getByLabel("Your question").fill(question);
    await page.getByRole("button", { name: "Ask" }).click();
    const answer = page.getByRole("article", { name: "Answer" });
    await expect(answer).toContainText("The rent is due monthly.");
    await expect(answer).toHaveAttribute("aria-busy", "true");
    await goOn(question);
    await expect(answer).toContainText(RENT);
    await expect(answer).toHaveAttribute("aria-busy", "false");
    await answer.getByText("Examined, no fault found").click();
    await expect(answer.getByRole("list", { name: "Quotations in the answer" })).toContainText("Verified");
  });

  await test.step("open the source of a statement", async () => {
    const mark = page.getByRole("button", { name: `Source 1: lease, page ${RENT_PAGE}` });
    await mark.click();
    const source = page.getByRole("region", { name: "Source: lease" });
    await expect(source.getByText("Passage highlighted")).toBeVisible();
    await expect(source.getByLabel("Page", { exact: true })).toHaveValue(String(RENT_PAGE));
    await expect(source.locator(".textLayer")).toContainText("$4,200 per month");
  });

  const slow = `May the landlord enter? (${ada.email})`;
  await test.step("stop an answer, and find it after a reload as it was left", async () => {
    await play({ about: slow, pieces: ["Only after notice, ", "and never at night."], pause_after: 1 });
    await page.getByLabel("Your question").fill(slow);
    await page.getByLabel("Your question").press("Enter");
    const answer = page.getByRole("article", { name: "Answer" }).last();
    await expect(answer).toContainText("Only after notice,");
    await page.getByRole("button", { name: "Stop" }).click();
    await expect(answer.getByText("Stopped", { exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { name: slow })).toBeVisible();
    const kept = page.getByRole("article", { name: "Answer" });
    await expect(kept).toHaveCount(2);
    await expect(kept.first()).toContainText(RENT);
    await expect(kept.last()).toContainText("Only after notice,");
    await expect(kept.last()).not.toContainText("never at night");
    await expect(kept.last().getByText("Stopped", { exact: true })).toBeVisible();
    await expect(page.getByText("Passage highlighted")).toBeVisible();
  });

  await test.step("run a workflow by its form", async () => {
    await page.getByRole("link", { name: "Workflows" }).click();
    await page.getByRole("link", { name: "NDA check" }).click();
    await page.getByRole("button", { name: /^Choose a document/ }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^lease/ })
      .click();
    await page.getByLabel("Language model").fill("extractive");
    await page.getByRole("button", { name: "Start" }).click();
    await expect(page).toHaveURL(/\/workflows\/run\/\?id=/);
    await expect(page.getByRole("heading", { name: "NDA check", level: 1 })).toBeVisible();
    await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: 40_000 });
  });

  await test.step("see its job", async () => {
    await page.getByRole("link", { name: "Jobs" }).click();
    const row = page.getByRole("row", { name: /Run a workflow/ });
    await expect(row).toContainText("Done");
    await row.getByRole("button", { name: "Run a workflow" }).click();
    await expect(page.getByRole("complementary", { name: "The job that is open" })).toContainText(
      "It did all that it had to do.",
    );
  });

  await test.step("make an API key, and use it", async () => {
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("tab", { name: "API keys" }).click();
    await page.getByRole("button", { name: "New key" }).click();
    const dialog = page.getByRole("dialog", { name: "New API key" });
    await dialog.getByLabel("Name").fill("Intake script");
    await dialog.getByRole("checkbox").first().check();
    await dialog.getByRole("button", { name: "Make the key" }).click();
    const shown = page.getByRole("dialog", { name: "The key “Intake script”" });
    const key = (await shown.locator("code").innerText()).replace(/^API key:\s*/, "");
    const status = await page.evaluate(
      async (secret) => (await fetch("/api/v1/documents", { headers: { "X-API-Key": secret } })).status,
      key,
    );
    expect(status).toBe(200);
    await shown.getByRole("button", { name: "I have copied it" }).click();
    await expect(page.getByRole("button", { name: "Revoke Intake script" })).toBeVisible();
  });

  await test.step("sign out, in every tab", async () => {
    const other = await context.newPage();
    await other.goto("/documents/");
    await expect(other.getByRole("link", { name: "lease" })).toBeVisible();
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    for (const tab of [page, other]) {
      await expect(tab).toHaveURL(/\/sign-in\//);
      await expect(tab.getByRole("heading", { name: "Sign in" })).toBeVisible();
    }
  });
});

test("an answer that is cut by a reload goes on where it was", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const question = `What must the tenant pay? (${firm.owner.email})`;
  await play({ about: question, pieces: ["First, ", "the rent: ", `“${RENT}” ⟦${RENT}⟧`], pause_after: 2 });
  await page.goto("/research/");
  await page.getByLabel("Your question").fill(question);
  await page.getByLabel("Your question").press("Enter");
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(answer).toContainText("First, the rent:");
  await page.reload();
  await expect(answer).toContainText("First, the rent:");
  await expect(answer).toHaveAttribute("aria-busy", "true");
  await goOn(question);
  await expect(answer).toContainText(`First, the rent: “${RENT}”`);
  await expect(answer).toHaveAttribute("aria-busy", "false");
  await expect(answer).toHaveCount(1);
  await expect(page.getByRole("button", { name: "Ask", exact: true })).toBeVisible();
});

test("a job is cancelled, and run again", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const question = `May the landlord end the lease? (${firm.owner.email})`;
  await play({ about: question, pieces: ["It may. ", `“${RENT}” ⟦${RENT}⟧`], pause_after: 0 });
  const input_data = { question, review: false, file_format: "md" };
  await firm.post("/workflows/execute", { template_name: "legal-memo", input_data });
  await page.goto("/jobs/");
  const row = page.getByRole("row", { name: /Run a workflow/ });
  await expect(row).toContainText("Running");
  await row.getByRole("button", { name: "Run a workflow" }).click();
  const peek = page.getByRole("complementary", { name: "The job that is open" });
  await peek.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel the job" }).click();
  await expect(row).toContainText("Cancelled");
  await goOn(question);
  await peek.getByRole("button", { name: "Run again" }).click();
  await expect(row).toContainText("Done");
  await expect(peek).toContainText("It did all that it had to do.");
});

test("what became of a job is not undone by a list that was asked for before", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const question = `May the landlord end the lease? (${firm.owner.email})`;
  await play({ about: question, pieces: [`“${RENT}” ⟦${RENT}⟧`], pause_after: 0 });
  const input_data = { question, review: false };
  await firm.post("/workflows/execute", { template_name: "legal-memo", input_data });
  const list = async () =>
    (await firm.get<{ items: { status: string }[] }>("/jobs?type=workflows.run")).items;
  await expect.poll(async () => (await list())[0]?.status).toBe("running");
  const isList = (url: URL) => url.pathname === "/api/v1/jobs";
  const first = page.waitForResponse((response) => isList(new URL(response.url())));
  await page.goto("/jobs/");
  const body = await (await first).body();
  const row = page.locator("[data-job]").filter({ hasText: "Run a workflow" }); // also behind the question
  await expect(row).toContainText("Running");
  let bringLists = () => {};
  const isTold = new Promise<void>((resolve) => {
    bringLists = resolve;
  });
  await page.route(isList, async (route) => {
    await isTold;
    await route.fulfill({ body, contentType: "application/json" });
  });
  await row.getByRole("button", { name: "Run a workflow" }).focus();
  await page.keyboard.press("j");
  await page.keyboard.press("c");
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel the job" }).click();
  await expect(row).toContainText("Cancelled");
  const late = page.waitForEvent("requestfinished", (request) => isList(new URL(request.url())));
  bringLists();
  await late;
  await page.evaluate(() => fetch("/api/v1/health")); // by its answer the list's has been taken in
  expect(await row.innerText()).toContain("Cancelled");
});

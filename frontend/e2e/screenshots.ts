import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { type Firm, play, samples } from "./support/firm";
import { expect, expectLoaded, test } from "./support/test";

const QUESTION =
  "How long after a Suspension Notice may Cobaltine suspend the Subscription Services, and may it do so in Peak Season?";
const NOW = "remain unpaid 25 days after both have received the Suspension Notice";
const PEAK =
  "Provider shall not begin a suspension under this Section during Peak Season, and the 25 days do not run while it lasts.";
const BEFORE = "remain unpaid 14 days after Customer receives the Suspension Notice";
/** With a figure that the source does not have, as models write them. */
const MISQUOTED = BEFORE.replace("14", "10");
const RULE = `Provider may suspend the Subscription Services if those Fees “${NOW}”. ⟦${NOW}⟧\n\n“${PEAK}” ⟦${PEAK}⟧`;
const ANSWER = `Under the agreement as it was signed it was enough that they “${MISQUOTED}”. ⟦${BEFORE}⟧\n\n${RULE}`;
const TITLE = "Suspension for unpaid Fees and Peak Season";

test.use({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });

test("the pictures of the README", async ({ page, firm }) => {
  test.setTimeout(180_000);
  await file(firm);
  await play({ about: QUESTION, pieces: [ANSWER], title: TITLE });
  const conversation = await firm.asked(QUESTION);
  const title = async () => (await firm.get<{ title: string }>(`/chat/conversations/${conversation}`)).title;
  await expect.poll(title).toBe(TITLE);
  await page.goto(`/research/?id=${conversation}`);
  await page
    .getByRole("article", { name: "Answer" })
    .getByRole("button", { name: /^Source.*amendment/ })
    .first()
    .click();
  await expect(page.getByText("Passage highlighted")).toBeVisible();
  await picture(page, "research");

  const buffer = Buffer.from("%PDF-1.7\nnothing follows");
  const broken = { name: "scan.pdf", mimeType: "application/pdf", buffer };
  await firm.api.post("/api/v1/documents", { multipart: { files: broken } });
  await page.goto("/documents/");
  await expect(page.getByRole("row", { name: /scan/ })).toContainText("Not readable");
  await picture(page, "documents");

  await play({ about: QUESTION, pieces: [RULE] });
  await page.goto(`/workflows/run/?id=${await run(firm)}`);
  await expect(page.getByRole("button", { name: "Run again" })).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole("main")).toContainText(PEAK);
  await picture(page, "workflow");

  await play({ about: QUESTION, pieces: [RULE], pause_after: 0 });
  await run(firm);
  await page.goto("/jobs/");
  await expect(page.getByRole("row", { name: /Run a workflow/ })).toHaveCount(2);
  await page
    .getByRole("row", { name: /Failed/ })
    .getByRole("button", { name: "Read a document" })
    .click();
  await expect(page.getByRole("complementary", { name: "The job that is open" })).toContainText("Attempt");
  await picture(page, "jobs");
});

/** The four samples, labelled as a firm would. */
async function file(firm: Firm): Promise<void> {
  const matters: Record<string, object> = {
    "services-agreement.pdf": { category: "Contract", matter: "Cobaltine / Vantrelle" },
    "amendment.pdf": { category: "Contract", matter: "Cobaltine / Vantrelle" },
    "lease.pdf": { category: "Lease", matter: "Thornmere Quay" },
    "opinion.pdf": { category: "Opinion", matter: "Fenwick v. Odara" },
  };
  for (const [name, content] of await samples()) {
    await firm.change(`/documents/${await firm.filed(content, name)}`, matters[name]);
  }
}

async function run(firm: Firm): Promise<string> {
  const input_data = { question: QUESTION, matter: "Cobaltine / Vantrelle", review: false };
  const body = { template_name: "legal-memo", input_data };
  return (await firm.post<{ execution_id: string }>("/workflows/execute", body)).execution_id;
}

async function picture(page: Page, name: string): Promise<void> {
  await expectLoaded(page);
  await page.mouse.move(0, 0);
  await expect(page.locator("[data-radix-popper-content-wrapper]")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({
    path: fileURLToPath(new URL(`../../docs/screenshots/${name}.png`, import.meta.url)),
  });
}

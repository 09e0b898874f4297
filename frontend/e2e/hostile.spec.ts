import type { BrowserContext, Page } from "@playwright/test";
import { Firm, goOn, paper, play } from "./support/firm";
import { LEASE, RENT } from "./support/papers";
import { PAYLOADS, packed } from "./support/payloads";
import { expect, expectLoaded, test } from "./support/test";

const NAME = 200; // characters of a name
const FILENAME = 255;
/** What each panel of a document says once it has loaded. */
const PANELS = { Search: "__xss", Contents: /__xss|headings/, History: "Reading" };
const EVIL = "evil.example";

test.beforeEach(({ context }) => trap(context));

/** Whatever runs is an error of the page, of which no test may leave one. */
async function trap(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const ran = (payload: unknown) => reportError(new Error(`the payload ${payload} ran`));
    Object.assign(window, { __xss: ran });
  });
}

/** Nothing that somebody wrote became more than text. */
async function expectOnlyText(page: Page, what: string): Promise<void> {
  const found = await page.evaluate((evil) => {
    const faults: string[] = [];
    for (const element of document.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        if (name.startsWith("on")) faults.push(`${element.tagName} ${name}=${value}`);
        const loads = ["src", "srcset", "data", "poster", "action", "formaction", "style"].includes(name);
        if (loads && value.includes(evil)) faults.push(`${element.tagName} ${name}=${value}`);
      }
      if (
        element.matches(
          "iframe, object, embed, base, portal, marquee, math, foreignObject, [srcdoc], [contenteditable]",
        )
      )
        faults.push(element.outerHTML);
      const isLink = element instanceof HTMLAnchorElement && element.href !== "";
      if (isLink && !["http:", "https:", "mailto:"].includes(element.protocol))
        faults.push(element.outerHTML);
    }
    return faults;
  }, EVIL);
  expect(found, what).toEqual([]);
}

test("there are a hundred payloads, each another", () => {
  expect(new Set(PAYLOADS).size).toBe(100);
});

test("in the names of people and firms", async ({ page, firm }) => {
  const hostile = await Promise.all(
    packed(NAME).map((name) => Firm.founded({ full_name: name, organization: name })),
  );
  for (const other of hostile) {
    await invite(other, firm);
    await invite(firm, other);
  }
  await page.goto("/settings/?tab=members");
  await expect(page.getByText(PAYLOADS[0] as string).first()).toBeVisible();
  await expect(page.getByText(PAYLOADS[99] as string).first()).toBeVisible();
  await expectOnlyText(page, "members");
  await page.getByRole("button", { name: /^Account/ }).click();
  await expect(page.getByRole("menuitemradio", { name: PAYLOADS[99] as string })).toBeAttached();
  await expectOnlyText(page, "the choice of firms");
  const one = hostile.at(-1) as Firm;
  await one.signIn(page.context());
  for (const tab of ["profile", "firm", "audit"]) {
    await page.goto(`/settings/?tab=${tab}`);
    await expect(page.getByRole("tabpanel").getByRole("heading").first()).toBeVisible();
    await expectOnlyText(page, tab);
  }
  await Promise.all(hostile.map(({ api }) => api.dispose()));
});

async function invite(from: Firm, to: Firm): Promise<void> {
  const body = { email: to.owner.email, role: "member" };
  const { accept_url } = await from.post<{ accept_url: string }>("/tenants/current/invitations", body);
  await to.post("/auth/invitations/accept", { token: new URL(accept_url).searchParams.get("token") });
}

test("in the names, the labels and the texts of documents", async ({ page, firm }) => {
  const ids: string[] = [];
  for (const keywords of [PAYLOADS.slice(0, 35), PAYLOADS.slice(35, 70), PAYLOADS.slice(70)]) {
    const id = await firm.filed(Buffer.from(keywords.join("\n\n")), `${keywords[0]}.txt`, "text/plain");
    await firm.change(`/documents/${id}`, {
      keywords,
      matter: keywords[1],
      filename: packed(FILENAME, keywords)[0],
    });
    ids.push(id);
  }
  await page.goto("/documents/");
  await expect(page.getByRole("row")).toHaveCount(1 + ids.length);
  await expectOnlyText(page, "documents");
  for (const id of ids) {
    await page.goto(`/documents/?id=${id}`);
    await expect(page.getByRole("region", { name: "Text of page 1" })).toContainText("__xss");
    await expectOnlyText(page, "a document");
    for (const [name, content] of Object.entries(PANELS)) {
      await page.getByRole("tab", { name }).click();
      const panel = page.getByRole("tabpanel", { name });
      if (name === "Search") {
        await panel.getByRole("searchbox").fill("__xss");
        await panel.getByRole("searchbox").press("Enter");
      }
      await expect(panel).toContainText(content);
      await expectLoaded(page);
      await expectOnlyText(page, `a document, ${name}`);
    }
  }
  await page.goto("/documents/?inside=true&q=script");
  await expect(page.getByRole("main").getByText("__xss").first()).toBeVisible();
  await expectOnlyText(page, "passages");
  await page.goto("/research/");
  await expect(page.getByRole("list", { name: "Documents" }).getByRole("listitem")).toHaveCount(ids.length);
  await expectOnlyText(page, "sources");
});

test("in questions, in answers while they are written and after, and in their titles", async ({
  page,
  firm,
}) => {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  const written = PAYLOADS.flatMap((payload) => [
    ...halves(payload),
    "\n\n",
    ...halves(`- ${payload}`),
    "\n\n",
  ]);
  const cited = `“${RENT}” ⟦${RENT}⟧ “${PAYLOADS[10]}” ⟦${RENT}⟧\n\n[99] ${PAYLOADS[80]}\n\n`;
  const pieces = [cited, ...written, "The end of this answer is reached."];
  await play({ about, pieces, pause_after: pieces.length - 1, title: PAYLOADS[10] as string });
  await page.goto("/research/");
  await page.getByLabel("Your question").fill(`What is the rent? (${about})\n${PAYLOADS.join("\n")}`);
  await page.getByLabel("Your question").press("Enter");
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(answer).toContainText("__xss(99)");
  await expectOnlyText(page, "an answer while it is written");
  await goOn(about);
  await expect(answer).toContainText("The end of this answer is reached.");
  await expect(answer).toHaveAttribute("aria-busy", "false");
  await expect(page.getByRole("list", { name: "Quotations in the answer" })).toBeVisible();
  await expectOnlyText(page, "an answer");
  await page.reload();
  await expect(answer).toContainText("The end of this answer is reached.");
  await expect(page.getByRole("heading", { name: PAYLOADS[10] as string })).toBeVisible();
  await expectOnlyText(page, "an answer that is kept");
  await page.getByRole("button", { name: "Conversations" }).click();
  await expect(page.getByRole("dialog").getByRole("listitem")).toHaveCount(1);
  await expectOnlyText(page, "conversations");
  const id = new URL(page.url()).searchParams.get("id");
  const { url } = await firm.post<{ url: string }>(`/chat/conversations/${id}/share`, {});
  await page.goto(url);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("__xss");
  await expect(answer).toContainText("The end of this answer is reached.");
  await expectOnlyText(page, "a shared conversation");
});

test("in notes, one's own and those of an answer", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  await play({ about, pieces: [`“${RENT}” ⟦${RENT}⟧\n\n`, PAYLOADS.join("\n\n")] });
  const conversation = await firm.asked(`What is the rent? (${about})`);
  const { messages } = await firm.get<{ messages: { id: string }[] }>(`/chat/conversations/${conversation}`);
  const path = `/chat/conversations/${conversation}/notes`;
  await firm.post(path, { message_id: messages.at(-1)?.id });
  await firm.post(path, { content: PAYLOADS.join("\n\n") });
  await page.goto(`/research/?id=${conversation}&beside=notes`);
  const notes = page.getByRole("region", { name: "Notes", exact: true }).getByRole("article");
  await expect(notes).toHaveCount(2);
  for (const note of await notes.all()) await expect(note).toContainText("__xss(99)");
  await expectOnlyText(page, "notes");
  await notes.first().getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await expectOnlyText(page, "the question before a note is deleted");
});

/** As a stream may cut it. */
function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

test("in what goes into a workflow and comes out of it, and in the names of keys", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  await play({ about, pieces: [`“${RENT}” ⟦${RENT}⟧\n\n`, `${PAYLOADS.join("\n\n")}\n\n`] });
  const facts = PAYLOADS.join("\n");
  const input_data = {
    question: `What is the rent? (${about})`,
    facts,
    matter: packed(150)[0],
    review: true,
  };
  const { execution_id } = await firm.post<{ execution_id: string }>("/workflows/execute", {
    template_name: "legal-memo",
    input_data,
  });
  await page.goto(`/workflows/run/?id=${execution_id}`);
  const approve = page.getByRole("button", { name: /^Approve/ });
  await expect(approve).toBeVisible({ timeout: 40_000 });
  await expectOnlyText(page, "a draft");
  await approve.click();
  await expect(page.getByText("__xss(96)").first()).toBeAttached({ timeout: 40_000 });
  await expect(page.getByRole("button", { name: "Run again" })).toBeVisible({ timeout: 40_000 });
  await expectOnlyText(page, "a result");
  await page.goto("/jobs/");
  await page.getByRole("button", { name: "Run a workflow" }).click();
  await expect(page.getByRole("complementary", { name: "The job that is open" })).toBeVisible();
  await expectOnlyText(page, "jobs");
  for (const name of packed(NAME)) await firm.post("/api-keys", { name, scopes: ["documents:read"] });
  await page.goto("/settings/?tab=keys");
  await expect(page.getByText(PAYLOADS[99] as string).first()).toBeVisible();
  await expectOnlyText(page, "keys");
});

test("a document that wants pictures from elsewhere gets none", async ({ page, firm }) => {
  const html = `<!doctype html><title>Lease</title><p>${RENT}</p><img src="https://${EVIL}/pixel.png"><script>__xss(0)</script>`;
  const id = await firm.filed(Buffer.from(html), "lease.html", "text/html");
  const about = firm.owner.email;
  await play({
    about,
    pieces: [`“${RENT}” ⟦${RENT}⟧ ![pixel](https://${EVIL}/1.png) <img src="https://${EVIL}/2.png">`],
  });
  const conversation = await firm.asked(`What is the rent? (${about})`);
  await page.goto(`/research/?id=${conversation}&doc=${id}`);
  await expect(page.getByRole("region", { name: "Text of page 1" })).toContainText(RENT);
  await expect(page.getByRole("article", { name: "Answer" })).toContainText(RENT);
  await expectOnlyText(page, "a document and an answer");
  await expect(page.locator(`img[src*="${EVIL}"]`)).toHaveCount(0);
});

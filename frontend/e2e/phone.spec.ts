import { paper, play } from "./support/firm";
import { LEASE, RENT } from "./support/papers";
import { expect, expectLoaded, test } from "./support/test";

const LONG = `${"unbroken".repeat(12)} `;

for (const viewport of [
  { width: 390, height: 844 },
  { width: 320, height: 640 },
]) {
  test.describe(`at ${viewport.width} × ${viewport.height}`, () => {
    test.use({ viewport, hasTouch: true, isMobile: true });

    test("nothing is wider than the screen", async ({ page, firm }) => {
      await firm.filed(await paper(LEASE), `${LONG.trim()}.pdf`);
      const about = firm.owner.email;
      const table = `| ${LONG} | Sum | Day | Place | Remark |\n|---|---|---|---|---|\n| ${LONG} | $4,200 | 1 | Maine | none |\n\n`;
      await play({ about, title: LONG.repeat(2), pieces: [table, `${LONG} “${RENT}” ⟦${RENT}⟧`] });
      const id = await firm.asked(`${LONG} What is the rent? (${about})`);
      const expectToFit = async (what: string) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${what}: pixels beyond the screen`).toBeLessThanOrEqual(0);
      };
      await page.goto("/research/");
      await expect(page.getByLabel("Your question")).toBeVisible();
      await expectToFit("research, empty");
      await page.goto(`/research/?id=${id}`);
      await expect(page.getByRole("list", { name: "Sources of this answer" })).toBeVisible();
      await expectToFit("an answer");
      await page
        .getByRole("button", { name: /^Source 1/ })
        .first()
        .tap();
      await expect(page.getByText("Passage highlighted")).toBeVisible();
      await expectToFit("a source");
      await page.getByRole("tab", { name: "Sources" }).tap();
      await expect(page.getByRole("list", { name: "Documents" })).toBeVisible();
      await expectToFit("the sources");
      for (const path of ["documents", "workflows", "jobs", "settings"]) {
        await page.goto(`/${path}/`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expectLoaded(page);
        await expectToFit(path);
      }
    });
  });
}

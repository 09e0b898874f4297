import { paper } from "./support/firm";
import { LEASE } from "./support/papers";
import { expect, test } from "./support/test";

const OPENED = 60; // of a hundred rows, of which this one is real

test("a list stands where it stood when one comes back to it", async ({ page, firm }) => {
  const id = await firm.filed(await paper(LEASE));
  const { items } = await firm.get<{ items: Record<string, unknown>[] }>("/documents");
  await page.route(/\/api\/v1\/documents\?/, (route) =>
    route.fulfill({
      json: {
        items: Array.from({ length: 100 }, (_, at) =>
          at === OPENED
            ? { ...items[0], title: "The one" }
            : { ...items[0], id: at.toString(16).padStart(24, "0"), title: `Other ${at}` },
        ),
        has_more: false,
        next_cursor: null,
      },
    }),
  );
  await page.goto("/documents/");
  const row = page.getByRole("link", { name: "The one" });
  await page.getByRole("table", { name: "Documents" }).hover();
  await expect(async () => {
    await page.mouse.wheel(0, 300);
    await expect(row).toBeInViewport({ timeout: 200 });
  }).toPass();
  await row.click();
  await expect(page).toHaveURL(new RegExp(String(id)));
  await page.goBack();
  await expect(row).toBeInViewport();
});

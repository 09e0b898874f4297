import { paper, play } from "./support/firm";
import { LEASE, NOTICE, RENT, RENT_PAGE } from "./support/papers";
import { expect, test } from "./support/test";

test("each quotation carries what its examination found", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  const altered = RENT.replace("$4,200", "$5,200");
  const invented = "The Tenant may leave the premises at any time without telling anybody at all.";
  const pieces = [
    `The rent: “${RENT}” ⟦${RENT}⟧\n\n`,
    `The same, wrongly: “${altered}” ⟦${RENT}⟧\n\n`,
    `Made up: “${invented}” ⟦${RENT}⟧`,
  ];
  await play({ about, pieces });
  const id = await firm.asked(`What does the lease say? (${about})`);
  await page.goto(`/research/?id=${id}`);
  const quotes = page.getByRole("list", { name: "Quotations in the answer" });
  const verdictOn = (quote: string) => quotes.getByRole("listitem").filter({ hasText: quote });
  await expect(verdictOn(RENT)).toContainText("Verified");
  await expect(verdictOn(RENT)).toContainText("The source says it word for word");
  await expect(verdictOn(altered)).toContainText("Altered");
  await expect(verdictOn(altered).getByRole("deletion")).toHaveText("5,200");
  await expect(verdictOn(altered).getByRole("insertion")).toHaveText("4,200");
  await expect(verdictOn(invented)).toContainText("Not found");
  await expect(verdictOn(invented)).toContainText("It stands in none of the documents.");
  await expect(page.getByText(/things to check before you rely on this/)).toBeVisible();
  const sources = page.getByRole("list", { name: "Sources of this answer" });
  await expect(sources).toContainText(`page ${RENT_PAGE}`);
  await expect(sources).toContainText("Check this statement");
});

test("a statement that no source supports is marked, and so is a source that was not given", async ({
  page,
  firm,
}) => {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  await play({
    about,
    pieces: [`Notice takes sixty days ⟦${NOTICE}⟧.\n\n`, "The landlord owns four hundred other houses [77]."],
  });
  const id = await firm.asked(`How may a party terminate the lease? (${about})`);
  await page.goto(`/research/?id=${id}`);
  await expect(page.getByText("no source has this number")).toBeAttached();
  await expect(page.getByRole("list", { name: "Statements" })).toContainText("four hundred other houses");
});

test("what the documents do not answer is said to be so", async ({ page, firm }) => {
  await firm.filed(await paper(LEASE));
  const about = firm.owner.email;
  await play({ about, pieces: ["The sources do not answer this question."] });
  const id = await firm.asked(`Who won the cup? (${about})`);
  await page.goto(`/research/?id=${id}`);
  await expect(page.getByText("Not found in these sources")).toBeVisible();
});

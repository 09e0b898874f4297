import { describe, expect, it } from "vitest";
import { changeOf, keywordsOf, labelsFor } from "./label-form";

function formOf(values: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.set(name, value);
  return form;
}

describe("labels from a form", () => {
  it("takes away what is empty of one document", () => {
    const form = formOf({
      filename: " Lease.pdf ",
      matter: "M-1",
      category: " ",
      keyword: "rent, notice,, rent",
    });
    expect(changeOf(form)).toEqual({
      filename: "Lease.pdf",
      keywords: ["rent", "notice"],
      matter: "M-1",
      category: null,
      practice_area: null,
      jurisdiction: null,
    });
  });

  it("changes only what is filled in of several", () => {
    expect(labelsFor(formOf({ matter: "M-2", category: "" }), { keywords: ["rent"] })).toEqual({
      matter: "M-2",
    });
    expect(labelsFor(formOf({ keyword: "notice, rent" }), { keywords: ["rent"] })).toEqual({
      keywords: ["rent", "notice"],
    });
  });

  it("has no empty keyword", () => {
    expect(keywordsOf(" , ")).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { Problem } from "@/lib/api/problem";
import { withoutSystemFiles } from "./dropped-files";
import type { UploadState } from "./upload-queue";
import { reasonOf } from "./upload-refusal";
import { inOrder, sentenceOf, summaryOf } from "./uploads-summary";

const done = (duplicate: boolean): UploadState => ({
  kind: "done",
  document: { duplicate } as Schemas["UploadedOut"],
});
const failed: UploadState = { kind: "failed", problem: new Problem(415, "x", "No", "No.") };
const uploads = (...states: UploadState[]) =>
  states.map((state, key) => ({ key, file: new File(["1234"], `${key}.pdf`), state }));

describe("the head of the tray", () => {
  it("counts what is over while something moves", () => {
    const summary = summaryOf(
      uploads({ kind: "sending", fraction: 0.5 }, { kind: "waiting" }, done(false), failed),
    );
    expect(sentenceOf(summary)).toBe("Uploading: 2 of 4 files");
    expect(summary.fraction).toBeCloseTo(0.625);
  });

  it("tells what became of them", () => {
    expect(sentenceOf(summaryOf(uploads(done(false), done(true), failed)))).toBe(
      "1 file uploaded, 1 there already, 1 failed",
    );
    expect(sentenceOf(summaryOf(uploads(done(true))))).toBe("1 there already");
  });

  it("shows first what needs somebody", () => {
    const order = inOrder(
      uploads(done(false), { kind: "waiting" }, { kind: "sending", fraction: 0 }, failed),
    );
    expect(order.map(({ key }) => key)).toEqual([3, 2, 1, 0]);
  });
});

describe("reasonOf", () => {
  it("uses the API's words, and has its own for a proxy", () => {
    expect(reasonOf(new Problem(413, "too-large", "Too large", "“a” is larger.", "r1"))).toBe(
      "“a” is larger.",
    );
    expect(reasonOf(new Problem(413, "too-large", "Too large", "Try again."))).toContain("Split it");
  });
});

describe("withoutSystemFiles", () => {
  it("leaves out what systems put into folders", () => {
    const names = [".DS_Store", "Thumbs.db", "~$lease.docx", "Lease.docx"];
    expect(withoutSystemFiles(names.map((name) => new File([], name))).map(({ name }) => name)).toEqual([
      "Lease.docx",
    ]);
  });
});

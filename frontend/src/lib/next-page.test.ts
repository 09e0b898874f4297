import { describe, expect, it } from "vitest";
import { HOME, nextPage, signInAddress } from "./next-page";

const ORIGIN = "https://elenchus.firm";

describe("nextPage", () => {
  it("keeps a page of ours with what it shows", () => {
    expect(nextPage("/documents/?id=1#page=2", ORIGIN)).toBe("/documents/?id=1#page=2");
  });

  it.each([
    null,
    "",
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "javascript:alert(1)",
    "/\t/evil.example",
  ])("goes home instead of to %j", (wanted) => expect(nextPage(wanted, ORIGIN)).toBe(HOME));
});

describe("signInAddress", () => {
  it("remembers where somebody was, and comes back there", () => {
    const address = signInAddress("/jobs/?status=failed&q=a b");
    const next = new URL(address, ORIGIN).searchParams.get("next");
    expect(nextPage(next, ORIGIN)).toBe("/jobs/?status=failed&q=a%20b");
  });

  it("says nothing of the page that one comes to anyway", () =>
    expect(signInAddress(HOME)).toBe("/sign-in/"));
});

import { expect, test } from "vitest";
import { fileNameOf } from "./file-name";

test("a title is a file's name without what some system forbids", () => {
  expect(fileNameOf("May/must it end?", "Brief")).toBe("May must it end");
  expect(fileNameOf(" ?? ", "Brief")).toBe("Brief");
  expect(fileNameOf("x".repeat(300), "Brief")).toHaveLength(100);
});

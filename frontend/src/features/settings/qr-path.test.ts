import { describe, expect, it } from "vitest";
import { qrPath } from "./qr-path";

describe("qrPath", () => {
  it("draws each run of dark squares as one rectangle", () => {
    expect(
      qrPath([
        [true, true, false, true],
        [false, false, false, false],
        [false, true, false, false],
      ]),
    ).toBe("M0 0h2v1h-2zM3 0h1v1h-1zM1 2h1v1h-1z");
  });

  it("draws nothing where nothing is dark", () => expect(qrPath([[false]])).toBe(""));
});

import { describe, expect, it } from "vitest";
import { actionWords } from "./audit-words";
import { deviceName } from "./device-name";
import { changed } from "./draft";
import { expiryDate } from "./key-words";
import { grouped } from "./second-factor-words";

describe("a draft", () => {
  it("is what differs from what is kept", () => {
    expect(changed({ name: "Ada", zone: "UTC" }, { name: "Ada", zone: "Europe/Berlin" })).toEqual({
      zone: "Europe/Berlin",
    });
    expect(changed({ name: "Ada" }, {})).toEqual({});
  });
});

describe("words for what the API says", () => {
  it("name a device", () => {
    const chrome =
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
    expect(deviceName(chrome)).toBe("Chrome on Windows");
    expect(deviceName(`${chrome} Edg/130.0`)).toBe("Edge on Windows");
    expect(
      deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"),
    ).toBe("Safari on iPhone");
    expect(deviceName("python-httpx/0.28")).toBe("python-httpx/0.28");
    expect(deviceName("unknown")).toBe("Unknown device");
  });

  it("group a secret, so that it can be typed", () => {
    expect(grouped("ABCDEFGHIJ")).toBe("ABCD EFGH IJ");
  });

  it("say when a key ends", () => {
    const now = Date.UTC(2026, 10, 22);
    expect(expiryDate("never", now)).toBeNull();
    expect(expiryDate("30", now)).toBe("2026-12-22T00:00:00.000Z");
  });

  it("tell what was done", () => {
    expect(actionWords("user.signed_in")).toBe("Signed in");
    expect(actionWords("widget.turned_over")).toBe("Widget turned over");
  });
});

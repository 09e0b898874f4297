import { describe, expect, it } from "vitest";
import { formatBytes, formatCountdown, formatDuration, formatMoney, formatRelative, plural } from "./format";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1500, "1.5 kB"],
  [52_428_800, "52.4 MB"],
  [250_000_000, "250 MB"],
])("writes %d bytes as %s", (bytes, written) => expect(formatBytes(bytes)).toBe(written));

it.each([
  [0, "$0.00"],
  [0.00001, "< $0.0001"],
  [0.0071, "$0.0071"],
  [0.012, "$0.012"],
  [1.5, "$1.50"],
  [1234.5, "$1,234.50"],
])("writes %d dollars as %s", (usd, written) => expect(formatMoney(usd)).toBe(written));

it.each([
  [0.25, "250 ms"],
  [3.44, "3.4 s"],
  [42, "42 s"],
  [59.9, "1 min"],
  [125, "2 min 5 s"],
  [7260, "2 h 1 min"],
])("writes %d seconds as %s", (seconds, written) => expect(formatDuration(seconds)).toBe(written));

describe("formatRelative", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  it.each([
    ["2026-11-22T11:59:40Z", "just now"],
    ["2026-11-22T11:57:00Z", "3 minutes ago"],
    ["2026-11-21T11:00:00Z", "yesterday"],
    ["2026-11-24T13:00:00Z", "in 2 days"],
  ])("writes %s as %s", (at, written) => expect(formatRelative(at, now)).toBe(written));
});

it("counts down in minutes and seconds", () =>
  expect([formatCountdown(42), formatCountdown(845)]).toEqual(["0:42", "14:05"]));
it("knows one from many", () =>
  expect([plural(1, "job"), plural(1200, "job")]).toEqual(["1 job", "1,200 jobs"]));

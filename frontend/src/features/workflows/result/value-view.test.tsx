import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";

const TIME_ZONE = process.env.TZ;

/** The formats of dates take over the zone when they are made. */
async function seenIn(timeZone: string, value: unknown): Promise<void> {
  process.env.TZ = timeZone;
  vi.resetModules();
  const { ValueView } = await import("./value-view");
  render(<ValueView value={value} />);
}

beforeAll(() => () => {
  if (TIME_ZONE === undefined) delete process.env.TZ;
  else process.env.TZ = TIME_ZONE;
});
afterEach(cleanup);

describe("a day of a result", () => {
  test.each(["America/New_York", "Europe/Berlin", "Pacific/Auckland"])("is the same in %s", async (zone) => {
    await seenIn(zone, { due: "2024-03-01" });
    expect(screen.getByText("1 Mar 2024")).toBeTruthy();
  });

  test.each(["2024-06-00", "2024-13-01", "2024-02-30"])(
    "that there is not is shown as written: %s",
    async (day) => {
      await seenIn("Europe/Berlin", { due: day });
      expect(screen.getByText(day)).toBeTruthy();
    },
  );
});

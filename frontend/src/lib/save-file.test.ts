import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { saveFile } from "./save-file";

const addresses = { createObjectURL: vi.fn(() => "blob:one"), revokeObjectURL: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers();
  addresses.createObjectURL.mockReturnValue("blob:one");
  addresses.revokeObjectURL.mockReset();
  Object.assign(URL, addresses);
});
afterEach(() => vi.useRealTimers());

test("a file goes to the browser under its name, which has a minute to take it", () => {
  let taken: [string, string] | null = null;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    taken = [this.href, this.download];
  });
  saveFile(new Blob(["text"]), "lease.pdf");
  expect(taken).toEqual(["blob:one", "lease.pdf"]);
  vi.advanceTimersByTime(59_000);
  expect(addresses.revokeObjectURL).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(addresses.revokeObjectURL).toHaveBeenCalledWith("blob:one");
});

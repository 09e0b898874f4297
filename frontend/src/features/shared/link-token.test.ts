import { describe, expect, it } from "vitest";
import { tokenIn } from "./link-token";

describe("tokenIn", () => {
  it("reads what the link was made with", () => {
    expect(tokenIn("#token=665f1c2ab7e4d1a2c3b4d5e6.a-B_9")).toBe("665f1c2ab7e4d1a2c3b4d5e6.a-B_9");
  });

  it.each(["", "#", "#token=", "#main"])("finds none in %j", (hash) => expect(tokenIn(hash)).toBeNull());
});

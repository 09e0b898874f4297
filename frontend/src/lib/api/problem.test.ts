// @vitest-environment node
import { describe, expect, it } from "vitest";
import { asProblem, Problem, problemFrom } from "./problem";

function refusal(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, { status, headers });
}

describe("problemFrom", () => {
  it("reads what the API says", async () => {
    const problem = await problemFrom(
      refusal(409, {
        type: "https://elenchus.example/problems/legal-hold",
        title: "It is held",
        status: 409,
        detail: "Lift the hold first.",
        instance: "/api/v1/documents/1",
        request_id: "r1",
        hold_id: "h1",
      }),
    );
    expect(problem).toMatchObject({
      status: 409,
      code: "legal-hold",
      title: "It is held",
      detail: "Lift the hold first.",
      requestId: "r1",
      body: { hold_id: "h1" },
      isRetryable: false,
    });
  });

  it("names the fields that are wrong as a form does, the first error of each", async () => {
    const problem = await problemFrom(
      refusal(422, {
        errors: [
          { loc: ["body", "email"], msg: "Value error, this is no address", type: "value_error" },
          { loc: ["body", "email"], msg: "second", type: "x" },
          { loc: ["body", "steps", 0, "name"], msg: "missing", type: "missing" },
        ],
      }),
    );
    expect(problem.fieldErrors).toEqual({ email: "this is no address", "steps.0.name": "missing" });
  });

  it("takes from the headers how long to wait, as seconds or as a date", async () => {
    expect((await problemFrom(refusal(429, {}, { "Retry-After": "42" }))).retryAfterSeconds).toBe(42);
    const soon = new Date(Date.now() + 90_000).toUTCString();
    const { retryAfterSeconds } = await problemFrom(refusal(503, {}, { "Retry-After": soon }));
    expect(retryAfterSeconds).toBeGreaterThan(80);
    expect(retryAfterSeconds).toBeLessThanOrEqual(90);
  });

  it.each([
    [502, "<html>Bad Gateway</html>", "bad-gateway"],
    [413, "", "too-large"],
    [500, "null", "unexpected"],
    [500, "[1]", "unexpected"],
  ])("makes something of a proxy's %d", async (status, body, code) => {
    const problem = await problemFrom(refusal(status, body, { "X-Request-ID": "r2" }));
    expect(problem).toMatchObject({ status, code, requestId: "r2" });
    expect(problem.title).not.toBe("");
  });
});

describe("asProblem", () => {
  it("gives a problem back as it is", () => {
    const problem = new Problem(404, "not-found", "Not found", "");
    expect(asProblem(problem)).toBe(problem);
  });

  it("knows a lost connection from a fault of ours", () => {
    expect(asProblem(new TypeError("Failed to fetch")).isOffline).toBe(true);
    expect(asProblem(new TypeError("x is undefined"))).toMatchObject({
      code: "page-error",
      isRetryable: false,
    });
  });
});

// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { config, policy } from "./nginx.mjs";

const API = new URL("../../backend/elenchus/core/", import.meta.url);

describe("the policy of a page", () => {
  test("lets the scripts run that are written in it, and those of its own files", () => {
    const html = '<script src="/a.js" async=""></script><script id="x">alert(1)</script>';
    const rule = policy(html)
      .split("; ")
      .find((each) => each.startsWith("script-src"));
    expect(rule).toBe(
      "script-src 'self' 'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
    );
  });

  test("is the one that the API sends", () => {
    const said = readFileSync(new URL("interface_files.py", API), "utf8");
    for (const rule of policy("").split("; "))
      expect(said).toContain(`"${rule}"`.replace(/^"script-src.*/, "script-src 'self' 'wasm-unsafe-eval'"));
  });
});

describe("the configuration", () => {
  const written = config({ "research/index.html": "<script>go()</script>" });

  test("has a policy for each page, and one for all else", () => {
    expect(written).toContain(`"/research/index.html" "${policy("<script>go()</script>")}";`);
    expect(written).toContain(`default "${policy("")}";`);
  });

  test("sends what the API sends with every answer", () => {
    const rows = readFileSync(new URL("headers.py", API), "utf8").match(/^ROWS[\s\S]*?^\)/m)?.[0] ?? "";
    const headers = [...rows.matchAll(/\(b"([^"]+)", b"([^"]+)"\)/g)].filter(
      ([, name]) => name !== "cache-control",
    );
    expect(headers.length).toBeGreaterThan(4);
    for (const [, name, value] of headers)
      expect(written).toMatch(
        new RegExp(`add_header ${name} "?${value.replace(/[()]/g, "\\$&")}"? always`, "i"),
      );
  });

  test("leaves the address of the API to the one who starts it", () => {
    expect(written).toMatch(/proxy_pass \$\{ELENCHUS_API\};/);
  });
});

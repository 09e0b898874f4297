// src/lib/api/schema.d.ts from the backend's own OpenAPI; with --check only whether it is as it would be made.
// PYTHON names an interpreter that has the backend's dependencies.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const venv = here("../../.venv/bin/python");
const python = process.env.PYTHON ?? (existsSync(venv) ? venv : "python3");
const kept = here("../src/lib/api/schema.d.ts");
const dump =
  "import json, sys; from elenchus.main import create_app; json.dump(create_app().openapi(), sys.stdout)";

const folder = mkdtempSync(join(tmpdir(), "elenchus-openapi-"));
try {
  const openapi = join(folder, "openapi.json");
  const made = join(folder, "schema.d.ts");
  const env = { ...process.env, PYTHONPATH: here("../../backend") };
  writeFileSync(openapi, execFileSync(python, ["-c", dump], { env, maxBuffer: 64_000_000 }));
  const args = [openapi, "-o", made, "--default-non-nullable=false"];
  execFileSync(here("../node_modules/.bin/openapi-typescript"), args, { stdio: "pipe" });
  if (!process.argv.includes("--check")) writeFileSync(kept, readFileSync(made));
  else if (readFileSync(kept, "utf8") !== readFileSync(made, "utf8")) {
    console.error("The interface's client does not fit the API any more. `make ui-api` makes it anew.");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

// `npm run build`, unless out/ was built from exactly these files: `make run` calls it each time.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "out/.built");
const made = new Set(["node_modules", ".next", "out", "public/pdfjs", "next-env.d.ts", "test-results"]);
const tests = new Set(["e2e", "playwright.config.ts"]);

function digest() {
  const hash = createHash("sha256");
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort(byName)) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (made.has(path) || tests.has(path) || path.endsWith(".tsbuildinfo")) continue;
      if (entry.isDirectory()) visit(path);
      else
        hash
          .update(`${path}\0`)
          .update(readFileSync(join(root, path)))
          .update("\0");
    }
  };
  visit("");
  return hash.digest("hex");
}

function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}

const now = digest();
if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) process.exit(0);
console.log("Building the web interface (about half a minute; once, until it changes) …");
try {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
} catch (error) {
  process.stderr.write(error.stdout);
  process.stderr.write(error.stderr);
  process.exit(1);
}
writeFileSync(stamp, now);

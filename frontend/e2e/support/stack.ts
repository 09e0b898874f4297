import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A whole Elenchus on this machine, and what its model and its mail server are told. */
export interface Stack {
  url: string;
  control: string;
  log: string;
}

const KEY = "ELENCHUS_BROWSER_STACK";
const root = fileURLToPath(new URL("../../..", import.meta.url));

export function stack(): Stack {
  return JSON.parse(process.env[KEY] ?? "null") as Stack;
}

/** Once for all tests; what it returns ends it. It ends by itself too when this process does. One that runs already,
 * started by hand and named in the environment, is taken as it is. */
export default async function start(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[KEY]) return undefined;
  if (!existsSync(`${root}frontend/out/index.html`))
    throw new Error("There is no frontend/out: `make ui` first.");
  const venv = `${root}.venv/bin/python`;
  const python = process.env.PYTHON ?? (existsSync(venv) ? venv : "python3");
  const child = spawn(python, ["-m", "tests.browser.stack"], {
    cwd: root,
    env: { ...process.env, PYTHONPATH: `${root}backend` },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), "line"),
    once(child, "exit").then(() => {
      throw new Error("The servers of the browser's tests could not start; the lines above say why.");
    }),
  ])) as [string];
  process.env[KEY] = line;
  const { log } = JSON.parse(line) as Stack;
  return async () => {
    const said = readFileSync(log, "utf8");
    if (said) process.stdout.write(`\nWhat the servers warned of:\n${said}`);
    child.stdin.end();
    if (child.exitCode === null) await once(child, "exit");
  };
}

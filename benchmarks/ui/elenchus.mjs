// A whole Elenchus on a store that nobody used before, and what its API says of the quality folder's contracts.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const START_SECONDS = 90;
const READ_SECONDS = 300;
const QUOTES_AT_ONCE = 50; // the API's own limit
const PASSWORD = "correct horse battery staple";
const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

/** Run `work` with the address of an Elenchus that ends with it. */
export async function withElenchus(work) {
  const folder = mkdtempSync(join(tmpdir(), "elenchus-passages-"));
  const port = await freePort();
  const log = openSync(join(folder, "log"), "a");
  const child = spawn(process.env.PYTHON ?? join(ROOT, ".venv/bin/python"), ["-m", "elenchus", "up"], {
    cwd: ROOT,
    stdio: ["ignore", log, log],
    env: {
      ...process.env,
      PYTHONPATH: join(ROOT, "backend"),
      PORT: String(port),
      DATA_DIR: join(folder, "data"),
      LIMIT_LOGINS_PER_MINUTE: "1000",
      TIER_FREE_REQUESTS_PER_MINUTE: "100000000",
      TIER_FREE_UPLOADS_PER_HOUR: "100000",
      LOG_LEVEL: "WARNING",
    },
  });
  const ended = new Promise((resume) => child.once("exit", resume));
  try {
    const url = `http://127.0.0.1:${port}`;
    await until(`Elenchus to be ready (${join(folder, "log")})`, START_SECONDS, async () => {
      if (child.exitCode !== null) throw new Error(readFileSync(join(folder, "log"), "utf8").slice(-2000));
      return (await fetch(`${url}/api/v1/health/ready`).catch(() => null))?.ok;
    });
    return await work(url);
  } finally {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A firm's own way to the API. */
export async function signedIn(url) {
  const email = `bench-${Date.now()}@firm.example`;
  await call(url, "/auth/register", { json: { email, password: PASSWORD, full_name: "Bench" } });
  const form = new URLSearchParams({ username: email, password: PASSWORD });
  const { access_token } = await call(url, "/auth/login", { body: form });
  const headers = { Authorization: `Bearer ${access_token}` };
  return { email, password: PASSWORD, api: (path, options) => call(url, path, { headers, ...options }) };
}

async function call(url, path, { json, headers, ...options } = {}) {
  const sent = json && {
    body: JSON.stringify(json),
    headers: { "Content-Type": "application/json", ...headers },
  };
  const method = options.body || json ? "POST" : "GET";
  const answer = await fetch(`${url}/api/v1${path}`, { method, headers, ...options, ...sent });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
  return answer.json();
}

/** The id of a PDF that has been read. */
export async function filed(api, path) {
  const body = new FormData();
  body.append("files", new Blob([readFileSync(path)], { type: "application/pdf" }), basename(path));
  const { items } = await api("/documents", { body });
  const { id } = items[0];
  await until(`${basename(path)} to be read`, READ_SECONDS, async () => {
    const { processing } = await api(`/documents/${id}`);
    if (processing.status === "failed") throw new Error(`${path}: ${JSON.stringify(processing.error)}`);
    return processing.status === "completed";
  });
  return id;
}

/** The document's whole text: its pages joined by form feeds, which places count in. */
export async function textOf(api, id) {
  const { page_count } = await api(`/documents/${id}`);
  const pages = [];
  for (let number = 1; number <= page_count; number += 1) {
    pages.push((await api(`/documents/${id}/pages/${number}`)).text);
  }
  return Array.from(pages.join("\f")); // by code points
}

/** What the API says of each quotation. */
export async function verified(api, id, quotes) {
  const items = [];
  for (let first = 0; first < quotes.length; first += QUOTES_AT_ONCE) {
    const asked = quotes.slice(first, first + QUOTES_AT_ONCE).map((text) => ({ text, document_id: id }));
    items.push(...(await api("/documents/verify-quotes", { json: { quotes: asked } })).items);
  }
  return items;
}

export async function cited(api, id, question) {
  const { message } = await api("/chat", { json: { content: question, document_ids: [id] } });
  return message.citations;
}

export async function retrieved(api, id, question) {
  const json = { query: question, document_ids: [id], limit: 8, mode: "lexical" };
  return (await api("/documents/search", { json })).items;
}

async function until(what, seconds, isSo) {
  const end = Date.now() + seconds * 1000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Waited ${seconds} s for ${what}.`);
    await pause(200);
  }
}

export function freePort() {
  return new Promise((resume) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resume(port));
    });
  });
}

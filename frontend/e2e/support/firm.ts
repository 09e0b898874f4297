import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type APIRequestContext, type BrowserContext, expect, request } from "@playwright/test";
import { stack } from "./stack";

const API = "/api/v1";
export const PASSWORD = "correct horse battery staple";

export interface Person {
  email: string;
  full_name: string;
  organization: string;
}

export interface Part {
  /** Words of the question, by which it is known. */
  about: string;
  /** ⟦some words⟧ becomes the number of the source that has them; none: a sentence of the first source. */
  pieces?: readonly string[];
  /** After so many it waits for `goOn`. */
  pause_after?: number;
  /** Of the conversation. */
  title?: string;
}

export function someone(changes: Partial<Person> = {}): Person {
  const email = `ada-${randomBytes(6).toString("hex")}@firm.example`;
  return { email, full_name: "Ada Advocate", organization: "Advocate LLP", ...changes };
}

/** A tenant of its own, whose owner does by the API what a test is not about. */
export class Firm {
  private constructor(
    readonly owner: Person,
    readonly api: APIRequestContext,
  ) {}

  static async founded(changes: Partial<Person> = {}): Promise<Firm> {
    const owner = someone(changes);
    const { url } = stack();
    const anyone = await request.newContext({ baseURL: url });
    const registered = await anyone.post(`${API}/auth/register`, { data: { ...owner, password: PASSWORD } });
    expect(registered.status(), await registered.text()).toBe(201);
    const form = { username: owner.email, password: PASSWORD };
    const { access_token } = await (await anyone.post(`${API}/auth/login`, { form })).json();
    await anyone.dispose();
    const headers = { Authorization: `Bearer ${access_token}` };
    return new Firm(owner, await request.newContext({ baseURL: url, extraHTTPHeaders: headers }));
  }

  /** In a browser, as by the form of the sign-in page. */
  async signIn(browser: BrowserContext): Promise<void> {
    const form = { username: this.owner.email, password: PASSWORD };
    const headers = { Origin: stack().url };
    const answer = await browser.request.post(`${API}/auth/browser/login`, { form, headers });
    expect(answer.status(), await answer.text()).toBe(200);
  }

  async post<T>(path: string, data: unknown): Promise<T> {
    const answer = await this.api.post(API + path, { data });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  }

  async change(path: string, data: unknown): Promise<void> {
    const answer = await this.api.patch(API + path, { data });
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.api.get(API + path);
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  }

  /** Uploads a document and waits until it is read; its id. */
  async filed(buffer: Buffer, name = "lease.pdf", mimeType = "application/pdf"): Promise<string> {
    const answer = await this.api.post(`${API}/documents`, {
      multipart: { files: { name, mimeType, buffer } },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
    const { id } = (await answer.json()).items[0];
    const status = async () =>
      (await this.get<{ processing: { status: string } }>(`/documents/${id}`)).processing.status;
    await expect.poll(status, { intervals: [100], timeout: 60_000 }).toBe("completed");
    return id;
  }

  /** The conversation that a question begins. */
  async asked(content: string, more: object = {}): Promise<string> {
    const { conversation_id } = await this.post<{ conversation_id: string }>("/chat", { content, ...more });
    return conversation_id;
  }
}

async function told(path: string, data: unknown): Promise<Response> {
  const answer = await fetch(stack().control + path, { method: "POST", body: JSON.stringify(data) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

const waiting = new Set<string>();

/** What the model says to a question. */
export async function play(part: Part): Promise<void> {
  if (part.pause_after !== undefined) waiting.add(part.about);
  await told("/play", part);
}

export async function goOn(about: string): Promise<void> {
  waiting.delete(about);
  await told("/go-on", { about });
}

/** Lets all go on that a test has left waiting: they would keep workers from the others. */
export async function goOnWithAll(): Promise<void> {
  await Promise.all([...waiting].map(goOn));
}

export async function paper(pages: readonly string[]): Promise<Buffer> {
  return Buffer.from(await (await told("/paper", { pages })).arrayBuffer());
}

/** The documents that Elenchus brings, by their names. */
export async function samples(): Promise<Map<string, Buffer>> {
  const paths = (await (await fetch(`${stack().control}/samples`)).json()) as string[];
  return new Map(paths.map((path) => [basename(path), readFileSync(path)]));
}

export interface Mail {
  subject: string;
  text: string;
}

/** The address in the newest mail to somebody that has these words in its subject. */
export async function mailedLink(to: string, subject: RegExp): Promise<string> {
  let link: string | undefined;
  await expect(async () => {
    const mails = (await (await fetch(`${stack().control}/mails?to=${to}`)).json()) as Mail[];
    const mail = mails.findLast((one) => subject.test(one.subject));
    link = mail?.text.match(/https?:\/\/\S+\?token=\S+/)?.[0];
    expect(link, `a mail ${subject} to ${to}`).toBeTruthy();
  }).toPass({ intervals: [100], timeout: 30_000 });
  return link as string;
}

import { noConnection, problemFrom } from "./problem";
import type { components } from "./schema";

/**
 * Who is signed in, in this tab. The access token lives in memory only; what survives a reload is a HttpOnly cookie
 * that `/auth/browser/token` turns into a new one. The cookie works once, so over all tabs one asks at a time.
 */
export type SessionStatus = "unknown" | "signed-in" | "signed-out";

type User = components["schemas"]["UserOut"];

interface Grant {
  access_token: string;
  expires_in: number;
  tenant_id: string;
  user: User;
}

type Message = "signed-out" | "signed-in" | "switched";

const BROWSER = "/api/v1/auth/browser";
const EARLY_MS = 30_000; // before its end a token is renewed, so that none dies on its way
const PATIENCE_MS = 20_000; // all tabs wait for the one that asks
const LOCK = "elenchus-session";
const HINT = "elenchus-signed-in";

let status: SessionStatus = "unknown";
let token: string | null = null;
let renewAt = 0;
let refreshing: Promise<string | null> | null = null;
let tenantId: string | null = null;
let isLeftOnPurpose = false;
let generation = 0; // a refresh that was on its way when somebody signed in or out changes nothing
const listeners = new Set<() => void>();
const switchListeners = new Set<() => void>();
const grantListeners = new Set<(user: User) => void>();
let channel: BroadcastChannel | null = null;

export const session = {
  status: (): SessionStatus => status,

  /** Whether this browser was signed in when it was last seen; a guess, for those who must not ask the server. */
  wasSignedIn: (): boolean => localStorage.getItem(HINT) === "1",

  /** Whether somebody signed out, here or in another tab, rather than that the server ended the session. */
  wasLeftOnPurpose: (): boolean => isLeftOnPurpose,

  subscribe(listener: () => void): () => void {
    connect();
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** The firm that this session is in, of the user's memberships. */
  tenantId: (): string | null => tenantId,

  /** Called with the user as they are now, whenever the server has told. */
  onGrant(listener: (user: User) => void): () => void {
    grantListeners.add(listener);
    return () => grantListeners.delete(listener);
  },

  /** Called in every other tab when one enters another firm, or signs in as somebody else. */
  onSwitched(listener: () => void): () => void {
    connect();
    switchListeners.add(listener);
    return () => switchListeners.delete(listener);
  },

  /** A token that is good for a while, or null when nobody is signed in. Throws a `Problem` when the server is away. */
  async token(): Promise<string | null> {
    if (status === "signed-out") return null;
    return token && Date.now() < renewAt ? token : session.refresh();
  },

  /** After a 401 for `used`: another token than that one, or null when the session is over. */
  async renewed(used: string | null): Promise<string | null> {
    return token && token !== used && Date.now() < renewAt ? token : session.refresh();
  },

  refresh(): Promise<string | null> {
    refreshing ??= exclusively(askForToken).finally(() => {
      refreshing = null;
    });
    return refreshing;
  },

  async signIn(credentials: { username: string; password: string; otp?: string }): Promise<void> {
    const given = Object.entries(credentials).filter(([, value]) => value) as [string, string][];
    await enter(`${BROWSER}/login`, new URLSearchParams(given));
  },

  /** The code that Google's sign-in still lacks, for an account with a second factor of ours. */
  async finishGoogle(otp: string): Promise<void> {
    await enter(`${BROWSER}/google/mfa`, { otp });
  },

  async switchTenant(tenantId: string): Promise<void> {
    await session.token();
    await exclusively(async () => {
      const answer = await post(`${BROWSER}/switch-tenant`, { tenant_id: tenantId }, bearer());
      adopt((await answer.json()) as Grant);
    });
    tell("switched");
  },

  /** This browser's session ends, in all its tabs; what the server says to it changes nothing here. */
  async signOut(): Promise<void> {
    try {
      await post(`${BROWSER}/logout`, {}, bearer());
    } finally {
      leave(true);
      tell("signed-out");
    }
  },

  /** The server has ended the session, as this tab learns by a 401. */
  end: (): void => leave(),
};

function bearer(): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

async function askForToken(): Promise<string | null> {
  const asked = generation;
  const answer = await send(`${BROWSER}/token`, { method: "POST" });
  if (asked !== generation) return token;
  if (answer.status === 401 || answer.status === 204) {
    leave();
    return null;
  }
  if (!answer.ok) throw await problemFrom(answer);
  adopt((await answer.json()) as Grant);
  return token;
}

async function enter(path: string, body: URLSearchParams | object): Promise<void> {
  await exclusively(async () => adopt((await (await post(path, body)).json()) as Grant));
  tell("signed-in");
}

async function post(
  path: string,
  body: URLSearchParams | object,
  headers: Record<string, string> = {},
): Promise<Response> {
  const isForm = body instanceof URLSearchParams;
  const answer = await send(path, {
    method: "POST",
    body: isForm ? body : JSON.stringify(body),
    headers: isForm ? headers : { ...headers, "Content-Type": "application/json" },
  });
  if (!answer.ok) throw await problemFrom(answer);
  return answer;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw noConnection();
  }
}

/** Web Locks exist on https and localhost only; elsewhere tabs do not wait for each other. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  if (typeof navigator === "undefined" || !navigator.locks) return work();
  return navigator.locks.request(LOCK, work) as Promise<T>;
}

function adopt(grant: Grant): void {
  generation += 1;
  token = grant.access_token;
  tenantId = grant.tenant_id;
  const milliseconds = grant.expires_in * 1000;
  renewAt = Date.now() + milliseconds - Math.min(EARLY_MS, milliseconds / 4);
  localStorage.setItem(HINT, "1");
  for (const listener of grantListeners) listener(grant.user);
  become("signed-in");
}

function leave(onPurpose = false): void {
  generation += 1;
  isLeftOnPurpose = onPurpose;
  token = null;
  tenantId = null;
  localStorage.removeItem(HINT);
  become("signed-out");
}

function become(next: SessionStatus): void {
  if (status === next) return;
  status = next;
  for (const listener of listeners) listener();
}

function connect(): void {
  if (channel || typeof BroadcastChannel === "undefined") return;
  channel = new BroadcastChannel("elenchus-session");
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data === "signed-out") leave(true);
    else if (data === "signed-in" && status === "signed-out") become("unknown");
    else if (status === "signed-in") for (const listener of switchListeners) listener();
  };
}

function tell(message: Message): void {
  connect();
  channel?.postMessage(message);
}

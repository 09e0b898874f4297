import { beforeEach, describe, expect, it, vi } from "vitest";

const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
let session: typeof import("./session").session;

function grant(token: string, seconds = 900, tenant = "t1") {
  return Response.json({ access_token: token, expires_in: seconds, tenant_id: tenant, user: { id: "u1" } });
}

function refused(slug: string, status = 401) {
  return Response.json(
    { type: `https://elenchus.example/problems/${slug}`, title: slug, status },
    { status },
  );
}

const paths = () => fetched.mock.calls.map(([path]) => path.replace("/api/v1/auth/browser/", ""));

class Channel {
  static all = new Set<Channel>();
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor() {
    Channel.all.add(this);
  }
  postMessage(data: unknown) {
    for (const other of Channel.all) if (other !== this) other.onmessage?.({ data });
  }
}

/** What another tab says. */
const otherTab = (data: string) => new Channel().postMessage(data);

beforeEach(async () => {
  Channel.all.clear();
  localStorage.clear();
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.resetModules();
  ({ session } = await import("./session"));
});

describe("the token", () => {
  it("is asked for once by all who need it at the same time", async () => {
    fetched.mockResolvedValueOnce(grant("a"));
    expect(await Promise.all([session.token(), session.token(), session.refresh()])).toEqual(["a", "a", "a"]);
    expect(paths()).toEqual(["token"]);
    expect([session.status(), session.tenantId()]).toEqual(["signed-in", "t1"]);
  });

  it("is kept until shortly before it ends", async () => {
    vi.useFakeTimers();
    fetched.mockResolvedValueOnce(grant("a", 900)).mockResolvedValueOnce(grant("b", 900));
    expect(await session.token()).toBe("a");
    vi.advanceTimersByTime(860_000);
    expect(await session.token()).toBe("a");
    vi.advanceTimersByTime(11_000);
    expect(await session.token()).toBe("b");
    vi.useRealTimers();
  });

  it("is in no storage", async () => {
    fetched.mockResolvedValueOnce(grant("secret-token"));
    await session.token();
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("secret-token");
  });

  it("is renewed after a 401, but not twice for two who had the same", async () => {
    fetched.mockResolvedValueOnce(grant("a")).mockResolvedValueOnce(grant("b"));
    await session.token();
    expect(await session.renewed("a")).toBe("b");
    expect(await session.renewed("a")).toBe("b");
    expect(paths()).toEqual(["token", "token"]);
  });

  it.each([() => refused("invalid-token"), () => new Response(null, { status: 204 })])(
    "is null for who is not signed in",
    async (answer) => {
      fetched.mockResolvedValueOnce(answer());
      expect(await session.token()).toBeNull();
      expect(session.status()).toBe("signed-out");
      expect(await session.token()).toBeNull();
      expect(paths()).toEqual(["token"]);
    },
  );

  it("is not given up because the server is away", async () => {
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await expect(session.token()).rejects.toMatchObject({ code: "no-connection" });
    expect(session.status()).toBe("unknown");
    fetched.mockResolvedValueOnce(grant("a"));
    expect(await session.token()).toBe("a");
  });

  it("is asked for under the lock of all tabs", async () => {
    const request = vi.fn((_: string, work: () => Promise<unknown>) => work());
    vi.stubGlobal("navigator", { locks: { request } });
    fetched.mockResolvedValueOnce(grant("a"));
    await session.token();
    expect(request).toHaveBeenCalledWith("elenchus-session", expect.any(Function));
  });
});

describe("signing in", () => {
  it("sends a form, and leaves out a code that was not given", async () => {
    fetched.mockResolvedValueOnce(grant("a"));
    await session.signIn({ username: "a@b.co", password: "p w" });
    expect(String(fetched.mock.calls[0]?.[1].body)).toBe("username=a%40b.co&password=p+w");
    expect(await session.token()).toBe("a");
  });

  it("says why not, and nobody is signed in", async () => {
    fetched.mockResolvedValueOnce(refused("otp-required"));
    await expect(session.signIn({ username: "a", password: "b" })).rejects.toMatchObject({
      code: "otp-required",
    });
    expect(session.status()).toBe("unknown");
  });

  it("tells who listens about the user", async () => {
    const heard = vi.fn();
    session.onGrant(heard);
    fetched.mockResolvedValueOnce(grant("a"));
    await session.finishGoogle("123456");
    expect(heard).toHaveBeenCalledWith({ id: "u1" });
    expect(paths()).toEqual(["google/mfa"]);
  });
});

describe("signing out", () => {
  it("ends this tab's session even when the server does not answer, and tells the other tabs", async () => {
    fetched.mockResolvedValueOnce(grant("a")).mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await session.token();
    const heard = vi.fn();
    new Channel().onmessage = ({ data }) => heard(data);
    await expect(session.signOut()).rejects.toMatchObject({ status: 0 });
    expect([session.status(), session.wasLeftOnPurpose()]).toEqual(["signed-out", true]);
    expect(heard).toHaveBeenCalledWith("signed-out");
    expect(session.wasSignedIn()).toBe(false);
  });

  it("in another tab signs this one out", async () => {
    fetched.mockResolvedValueOnce(grant("a"));
    await session.token();
    const heard = vi.fn();
    session.subscribe(heard);
    otherTab("signed-out");
    expect([session.status(), heard.mock.calls.length]).toEqual(["signed-out", 1]);
  });
});

describe("other tabs", () => {
  it("that sign in wake one that is signed out", async () => {
    session.subscribe(() => {});
    session.end();
    otherTab("signed-in");
    expect(session.status()).toBe("unknown");
  });

  it("that enter another firm are followed", async () => {
    fetched.mockResolvedValueOnce(grant("a"));
    await session.token();
    const heard = vi.fn();
    session.onSwitched(heard);
    otherTab("switched");
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe("another firm", () => {
  it("is entered with the token that is left behind", async () => {
    fetched.mockResolvedValueOnce(grant("a")).mockResolvedValueOnce(grant("b", 900, "t2"));
    await session.token();
    await session.switchTenant("t2");
    const [path, init] = fetched.mock.calls[1] ?? [];
    expect(path).toBe("/api/v1/auth/browser/switch-tenant");
    expect(init).toMatchObject({ body: '{"tenant_id":"t2"}', headers: { Authorization: "Bearer a" } });
    expect([session.tenantId(), await session.token()]).toEqual(["t2", "b"]);
  });
});

// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from "vitest";
import { anonymousFetch, authorizedFetch } from "./fetching";
import { session } from "./session";

const fetched = vi.fn<(request: Request) => Promise<Response>>();
const ask = () => new Request("http://localhost/api/v1/chat", { method: "POST", body: "question" });
const sentTokens = () => fetched.mock.calls.map(([{ headers }]) => headers.get("Authorization"));

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
  vi.spyOn(session, "token").mockResolvedValue("old");
});

describe("authorizedFetch", () => {
  it("sends the token", async () => {
    fetched.mockResolvedValueOnce(new Response("ok"));
    expect(await (await authorizedFetch(ask())).text()).toBe("ok");
    expect(sentTokens()).toEqual(["Bearer old"]);
  });

  it("renews it once after a 401, and sends the same body again", async () => {
    vi.spyOn(session, "renewed").mockResolvedValue("new");
    fetched
      .mockResolvedValueOnce(new Response(null, { status: 401 }))
      .mockResolvedValueOnce(new Response("ok"));
    await authorizedFetch(ask());
    expect(sentTokens()).toEqual(["Bearer old", "Bearer new"]);
    expect(await fetched.mock.calls[1]?.[0].text()).toBe("question");
  });

  it("ends the session when the renewed token is refused too", async () => {
    vi.spyOn(session, "renewed").mockResolvedValue("new");
    const end = vi.spyOn(session, "end").mockImplementation(() => {});
    fetched.mockImplementation(async () => new Response(null, { status: 401 }));
    await expect(authorizedFetch(ask())).rejects.toMatchObject({ status: 401 });
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(end).toHaveBeenCalledOnce();
  });

  it("throws a problem for what is refused, and for a lost connection", async () => {
    fetched.mockResolvedValueOnce(Response.json({ type: "x/not-found" }, { status: 404 }));
    await expect(authorizedFetch(ask())).rejects.toMatchObject({ code: "not-found" });
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await expect(authorizedFetch(ask())).rejects.toMatchObject({ code: "no-connection" });
  });

  it("lets an abort through as what it is", async () => {
    fetched.mockRejectedValueOnce(new DOMException("stop", "AbortError"));
    await expect(authorizedFetch(ask())).rejects.toMatchObject({ name: "AbortError" });
  });
});

it("anonymousFetch asks nobody for a token", async () => {
  fetched.mockResolvedValueOnce(new Response("ok"));
  await anonymousFetch(ask());
  expect(sentTokens()).toEqual([null]);
  expect(session.token).not.toHaveBeenCalled();
});

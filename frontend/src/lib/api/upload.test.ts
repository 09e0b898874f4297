import { beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "./session";
import { upload } from "./upload";

class FakeRequest {
  static answers: { status: number; text: string }[] = [];
  static sent: FakeRequest[] = [];
  upload: { onprogress?: (event: object) => void } = {};
  headers: Record<string, string> = {};
  status = 0;
  responseText = "";
  onload?: () => void;
  onabort?: () => void;
  onerror?: () => void;
  onloadend?: () => void;
  open() {}
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  getResponseHeader = () => null;
  abort() {
    this.onabort?.();
    this.onloadend?.();
  }
  send() {
    FakeRequest.sent.push(this);
    const answer = FakeRequest.answers.shift();
    if (!answer) return;
    this.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 });
    Object.assign(this, { status: answer.status, responseText: answer.text });
    (answer.status === 0 ? this.onerror : this.onload)?.();
    this.onloadend?.();
  }
}

beforeEach(() => {
  Object.assign(FakeRequest, { answers: [], sent: [] });
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  vi.spyOn(session, "token").mockResolvedValue("old");
});

describe("upload", () => {
  it("tells how far it is, and gives the answer", async () => {
    FakeRequest.answers = [{ status: 202, text: '{"items":[]}' }];
    const onProgress = vi.fn();
    expect(await upload("/x", new FormData(), { onProgress })).toEqual({ items: [] });
    expect(onProgress).toHaveBeenCalledWith(0.25);
    expect(FakeRequest.sent[0]?.headers).toEqual({ Authorization: "Bearer old" });
  });

  it("renews the token once", async () => {
    vi.spyOn(session, "renewed").mockResolvedValue("new");
    FakeRequest.answers = [
      { status: 401, text: "{}" },
      { status: 200, text: "1" },
    ];
    expect(await upload("/x", new FormData())).toBe(1);
    expect(FakeRequest.sent[1]?.headers).toEqual({ Authorization: "Bearer new" });
  });

  it("throws what was refused, and a lost connection", async () => {
    FakeRequest.answers = [
      { status: 415, text: '{"type":"x/unsupported-type"}' },
      { status: 0, text: "" },
    ];
    await expect(upload("/x", new FormData())).rejects.toMatchObject({ code: "unsupported-type" });
    await expect(upload("/x", new FormData())).rejects.toMatchObject({ code: "no-connection" });
  });

  it("can be cancelled", async () => {
    const controller = new AbortController();
    const going = upload("/x", new FormData(), { signal: controller.signal });
    await vi.waitFor(() => expect(FakeRequest.sent).toHaveLength(1));
    controller.abort();
    await expect(going).rejects.toMatchObject({ name: "AbortError" });
  });
});

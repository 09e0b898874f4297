import type { Schemas } from "@/lib/api/client";
import { asProblem, isAbort, type Problem } from "@/lib/api/problem";

type Uploaded = Schemas["UploadedOut"];

export type UploadState =
  | { kind: "waiting" }
  /** `fraction` of the bytes that are sent, 0 to 1. */
  | { kind: "sending"; fraction: number }
  /** `document.duplicate`: the library had these bytes already. */
  | { kind: "done"; document: Uploaded }
  | { kind: "failed"; problem: Problem };

export interface Upload {
  key: number;
  file: File;
  state: UploadState;
}

export interface UploadOptions {
  /** Called for each file that is in the library now, also for one that was there before. */
  onUploaded?: (document: Uploaded) => void;
}

export interface Uploads {
  all: readonly Upload[];
  /** When the server takes files again (epoch, ms), while it has asked to wait. */
  pausedUntil: number | null;
}

export type Send = (
  file: File,
  how: { signal: AbortSignal; onProgress: (fraction: number) => void },
) => Promise<Uploaded>;

const AT_ONCE = 3;
const LONGEST_PAUSE_SECONDS = 120;
const MOST_PAUSES = 10; // in a row without a file that arrives

/** Files on their way to the library, some at a time; those who look at it subscribe. */
export class UploadQueue {
  private uploads: Uploads = { all: [], pausedUntil: null };
  private readonly sending = new Map<number, AbortController>();
  private readonly options = new Map<number, UploadOptions>();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pauses = 0;
  private nextKey = 1;

  constructor(private readonly send: Send) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Uploads => this.uploads;

  /** The keys of the new uploads, in the order of the files. */
  readonly add = (files: readonly File[], options: UploadOptions = {}): readonly number[] => {
    const added = files.map((file): Upload => ({ key: this.nextKey++, file, state: { kind: "waiting" } }));
    for (const { key } of added) this.options.set(key, options);
    this.change({ all: [...this.uploads.all, ...added] });
    this.fill();
    return added.map(({ key }) => key);
  };

  /** Stop it if it is under way, and forget it. What the library has got stays there. */
  readonly remove = (key: number): void => {
    this.sending.get(key)?.abort();
    this.options.delete(key);
    this.change({ all: this.uploads.all.filter((upload) => upload.key !== key) });
  };

  readonly retry = (key: number): void => {
    if (this.find(key)?.state.kind !== "failed") return;
    this.set(key, { kind: "waiting" });
    this.fill();
  };

  readonly retryFailed = (): void => {
    for (const { key } of this.uploads.all) this.retry(key);
  };

  /** Forget all that is done or failed. */
  readonly clear = (): void => {
    this.change({ all: this.uploads.all.filter(({ state }) => isUnderWay(state)) });
  };

  /** Stop and forget everything, as when somebody signs out. */
  readonly stop = (): void => {
    clearTimeout(this.timer);
    for (const controller of this.sending.values()) controller.abort();
    this.options.clear();
    this.pauses = 0;
    this.change({ all: [], pausedUntil: null });
  };

  private fill(): void {
    if (this.uploads.pausedUntil !== null) return;
    const free = AT_ONCE - this.sending.size;
    const next = this.uploads.all.filter(({ state }) => state.kind === "waiting").slice(0, Math.max(0, free));
    for (const upload of next) void this.run(upload);
  }

  private async run({ key, file }: Upload): Promise<void> {
    const controller = new AbortController();
    this.sending.set(key, controller);
    this.set(key, { kind: "sending", fraction: 0 });
    const onProgress = (fraction: number) => this.set(key, { kind: "sending", fraction });
    try {
      const document = await this.send(file, { signal: controller.signal, onProgress });
      this.pauses = 0;
      this.set(key, { kind: "done", document });
      this.options.get(key)?.onUploaded?.(document);
      this.options.delete(key);
    } catch (error) {
      if (!isAbort(error)) this.refused(key, asProblem(error));
    } finally {
      this.sending.delete(key);
      this.fill();
    }
  }

  private refused(key: number, problem: Problem): void {
    const seconds = problem.retryAfterSeconds;
    if (seconds === null || seconds > LONGEST_PAUSE_SECONDS || this.pauses >= MOST_PAUSES) {
      this.set(key, { kind: "failed", problem });
      return;
    }
    this.set(key, { kind: "waiting" });
    if (this.uploads.pausedUntil === null && this.find(key)) this.pause(Math.max(1, seconds));
  }

  private pause(seconds: number): void {
    this.pauses += 1;
    this.change({ pausedUntil: Date.now() + seconds * 1000 });
    this.timer = setTimeout(() => {
      this.change({ pausedUntil: null });
      this.fill();
    }, seconds * 1000);
  }

  private find(key: number): Upload | undefined {
    return this.uploads.all.find((upload) => upload.key === key);
  }

  /** Nothing for one that was removed meanwhile. */
  private set(key: number, state: UploadState): void {
    this.change({
      all: this.uploads.all.map((upload) => (upload.key === key ? { ...upload, state } : upload)),
    });
  }

  private change(changes: Partial<Uploads>): void {
    this.uploads = { ...this.uploads, ...changes };
    for (const listener of this.listeners) listener();
  }
}

export function isUnderWay(state: UploadState): boolean {
  return state.kind === "waiting" || state.kind === "sending";
}

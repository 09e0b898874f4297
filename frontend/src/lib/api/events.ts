import { createParser, type EventSourceMessage } from "eventsource-parser";
import { authorizedFetch } from "./fetching";
import { isAbort, noConnection, Problem } from "./problem";

/** As the API's schema has them, tagged by `event`: `followEvents<Schemas["JobEvent"]>`. */
export interface SentEvent {
  id?: string;
  event: string;
  data: unknown;
}

export type StreamState =
  | { kind: "connecting" }
  | { kind: "open" }
  | { kind: "waiting"; seconds: number; problem: Problem }
  | { kind: "closed" };

interface Opening {
  path: string;
  method?: "GET" | "POST";
  body?: unknown;
  headers?: Record<string, string>;
}

export interface StreamOptions<E extends SentEvent> extends Opening {
  onEvent: (event: E) => void;
  onState?: (state: StreamState) => void;
  /** True for the event after which nothing follows. Without it the stream is followed until it is aborted. */
  isLast?: (event: E) => boolean;
  /** Where to go on after a break: the same request for a GET, nowhere for a POST, unless this says where. */
  resume?: () => Opening | null;
  signal: AbortSignal;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const SILENCE_MS = 45_000; // the server pings every 15 s

/**
 * Follow a stream of server-sent events over breaks: back-off, then on from the last event seen. Resolves after the
 * last event, a 204 or an abort; throws the `Problem` that coming again would not mend.
 */
export async function followEvents<E extends SentEvent>(options: StreamOptions<E>): Promise<void> {
  const { signal, onState } = options;
  const place: Place = { lastEventId: undefined, isOver: false, attempt: 0, retryMs: FIRST_WAIT_MS };
  let opening: Opening | null = options;
  while (!signal.aborted) {
    try {
      onState?.({ kind: "connecting" });
      await readOnce(options, opening, place);
      if (place.isOver) break;
      throw noConnection();
    } catch (error) {
      if (signal.aborted || isAbort(error)) break;
      opening = nextOpening(options);
      if (!(error instanceof Problem) || !error.isRetryable || !opening) {
        onState?.({ kind: "closed" });
        throw error;
      }
      const seconds = waitFor(error, place);
      onState?.({ kind: "waiting", seconds, problem: error });
      await pause(seconds * 1000, signal);
    }
  }
  onState?.({ kind: "closed" });
}

interface Place {
  lastEventId: string | undefined;
  isOver: boolean;
  attempt: number;
  retryMs: number;
}

function nextOpening<E extends SentEvent>(options: StreamOptions<E>): Opening | null {
  if (options.resume) return options.resume();
  return options.method === "POST" ? null : options;
}

async function readOnce<E extends SentEvent>(
  options: StreamOptions<E>,
  opening: Opening,
  place: Place,
): Promise<void> {
  const silence = new AbortController();
  const signal = AbortSignal.any([options.signal, silence.signal]);
  const response = await authorizedFetch(requestFor(opening, place.lastEventId, signal));
  if (response.status === 204 || !response.body) {
    place.isOver = true;
    return;
  }
  options.onState?.({ kind: "open" });
  const parser = createParser({
    onEvent: (message) => take(options, message, place),
    onRetry: (milliseconds) => {
      place.retryMs = milliseconds;
    },
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  try {
    while (!place.isOver) {
      const { done, value } = await within(SILENCE_MS, reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    silence.abort();
  }
}

function take<E extends SentEvent>(
  options: StreamOptions<E>,
  message: EventSourceMessage,
  place: Place,
): void {
  if (message.id !== undefined) place.lastEventId = message.id;
  place.attempt = 0;
  const event = {
    id: message.id ?? "",
    event: message.event ?? "message",
    data: JSON.parse(message.data),
  } as E;
  if (place.isOver || options.signal.aborted) return;
  options.onEvent(event);
  place.isOver = options.isLast?.(event) ?? false;
}

function requestFor(opening: Opening, lastEventId: string | undefined, signal: AbortSignal): Request {
  const headers = new Headers({ ...opening.headers, Accept: "text/event-stream" });
  if (lastEventId !== undefined) headers.set("Last-Event-ID", lastEventId);
  if (opening.body !== undefined) headers.set("Content-Type", "application/json");
  return new Request(new URL(opening.path, location.origin), {
    method: opening.method ?? "GET",
    headers,
    body: opening.body === undefined ? null : JSON.stringify(opening.body),
    cache: "no-store",
    signal,
  });
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noConnection()), milliseconds);
  });
  try {
    return await Promise.race([work, tooLong]);
  } catch (error) {
    throw error instanceof Problem || isAbort(error) ? error : noConnection(); // a break in the middle is a TypeError
  } finally {
    clearTimeout(timer);
  }
}

function waitFor(problem: Problem, place: Place): number {
  const backOff = Math.min(LONGEST_WAIT_MS, place.retryMs * 2 ** place.attempt) * (0.75 + Math.random() / 2);
  place.attempt += 1;
  return Math.max(problem.retryAfterSeconds ?? 0, backOff / 1000);
}

/** Ends early when the browser is online again, or at an abort. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}

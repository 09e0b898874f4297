import type { components } from "./schema";

type Body = Partial<components["schemas"]["Problem"]> & Record<string, unknown>;

/** Whatever kept us from an answer: a refusal of the API (RFC 9457), a proxy's error page, or no connection (status 0). */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    /** The stable word for this kind: the last part of `type`. */
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string | null = null,
    readonly retryAfterSeconds: number | null = null,
    /** By the field's path without its `body`: `email`, `steps.0.name`. */
    readonly fieldErrors: Readonly<Record<string, string>> = {},
    /** The whole body, for the members that only this kind has. */
    readonly body: Readonly<Record<string, unknown>> = {},
    readonly receivedAt: number = Date.now(),
  ) {
    super(detail || title);
  }

  get isOffline(): boolean {
    return this.status === 0;
  }

  /** Whether the same request may succeed later without anything being changed. */
  get isRetryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 423 || this.status >= 500;
  }
}

const UNREADABLE: Record<number, [code: string, title: string]> = {
  413: ["too-large", "It is too large"],
  502: ["bad-gateway", "The server does not answer"],
  503: ["unavailable", "The server is not available"],
  504: ["gateway-timeout", "The server takes too long"],
};

export async function problemFrom(response: Response): Promise<Problem> {
  return problemFromParts(response.status, await response.text().catch(() => ""), (name) =>
    response.headers.get(name),
  );
}

export function problemFromParts(
  status: number,
  text: string,
  header: (name: string) => string | null,
): Problem {
  const body = parsed(text);
  const [code, title] = UNREADABLE[status] ?? ["unexpected", "Something unexpected happened"];
  return new Problem(
    status,
    slugOf(body.type) ?? code,
    body.title ?? title,
    body.detail ?? "Try again; if it happens again, tell your administrator.",
    body.request_id ?? header("X-Request-ID"),
    secondsOf(header("Retry-After")),
    fieldErrors(body.errors),
    body,
  );
}

/** Any thrown value as a `Problem`, so that one component can show it. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) return noConnection();
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem(-1, "page-error", "This page ran into an error", detail);
}

export function noConnection(): Problem {
  return new Problem(
    0,
    "no-connection",
    "The server cannot be reached",
    "Check your connection; nothing was lost.",
  );
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function parsed(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Body) : {};
  } catch {
    return {};
  }
}

function slugOf(type: unknown): string | undefined {
  return typeof type === "string" ? type.split("/").at(-1) || undefined : undefined;
}

function secondsOf(header: string | null): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

const PLACES = new Set(["body", "query", "path", "header"]);

function fieldErrors(rows: Body["errors"]): Record<string, string> {
  if (!Array.isArray(rows)) return {};
  const named = rows.map(({ loc, msg }) => {
    const path = PLACES.has(String(loc[0])) ? loc.slice(1) : loc;
    return [path.join("."), msg.replace(/^Value error, /, "")] as const;
  });
  return Object.fromEntries(named.reverse()); // of several at one field the first counts
}

import { noConnection, type Problem, problemFromParts } from "./problem";
import { session } from "./session";

interface Uploading {
  /** 0 to 1, of the bytes sent. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

/** POST a form with its progress, which `fetch` cannot tell. Throws a `Problem`, or an `AbortError`. */
export async function upload<T>(path: string, form: FormData, options: Uploading = {}): Promise<T> {
  const token = await session.token();
  let answer = await sent(path, form, token, options);
  if (answer.status === 401) {
    const renewed = await session.renewed(token);
    if (renewed) answer = await sent(path, form, renewed, options);
    if (renewed && answer.status === 401) session.end();
  }
  if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.responseText) as T;
  throw problemOf(answer);
}

function problemOf(answer: XMLHttpRequest): Problem {
  return problemFromParts(answer.status, answer.responseText, (name) => answer.getResponseHeader(name));
}

function sent(
  path: string,
  form: FormData,
  token: string | null,
  { onProgress, signal }: Uploading,
): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted());
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("POST", path);
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable) onProgress?.(loaded / total);
    };
    request.onload = () => resolve(request);
    request.onerror = () => reject(noConnection());
    request.onabort = () => reject(aborted());
    request.onloadend = () => signal?.removeEventListener("abort", stop);
    signal?.addEventListener("abort", stop);
    request.send(form);
  });
}

function aborted(): DOMException {
  return new DOMException("The upload was cancelled.", "AbortError");
}

import { isAbort, noConnection, problemFrom } from "./problem";
import { session } from "./session";

/** `fetch` for whoever is signed in: a 401 renews the token once. Throws a `Problem` for all but 2xx. */
export async function authorizedFetch(input: Request): Promise<Response> {
  const again = input.clone(); // a body can be read once
  const token = await session.token();
  let answer = await sent(input, token);
  if (answer.status === 401) {
    const renewed = await session.renewed(token);
    if (renewed) answer = await sent(again, renewed);
    if (renewed && answer.status === 401) session.end();
  }
  return accepted(answer);
}

/** The same for nobody: what is open to those who are not signed in. */
export async function anonymousFetch(input: Request): Promise<Response> {
  return accepted(await sent(input, null));
}

async function sent(request: Request, token: string | null): Promise<Response> {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    throw isAbort(error) ? error : noConnection();
  }
}

async function accepted(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  throw await problemFrom(answer);
}

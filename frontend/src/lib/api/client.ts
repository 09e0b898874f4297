import createFetchClient from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { anonymousFetch, authorizedFetch } from "./fetching";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** Every call throws a `Problem` unless it succeeds; `unwrap` gives the answer alone. */
export const api = createFetchClient<paths>({ baseUrl: origin(), fetch: authorizedFetch });

/** For what is open to those who are not signed in. */
export const publicApi = createFetchClient<paths>({ baseUrl: origin(), fetch: anonymousFetch });

/** `api` as React Query hooks: `$api.useQuery("get", "/api/v1/documents", { params: { query } })`. */
export const $api = createQueryClient(api);

/** The same for nobody. */
export const $publicApi = createQueryClient(publicApi);

export async function unwrap<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

function origin(): string {
  return typeof location === "undefined" ? "http://localhost" : location.origin;
}

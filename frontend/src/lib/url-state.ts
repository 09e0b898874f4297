"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

/** How one query parameter is read and written. What cannot be read is the fallback, and the fallback is not written. */
export interface Param<T> {
  read(given: string | null): T;
  write(value: T): string | null;
}

export function text(fallback = ""): Param<string> {
  return { read: (given) => given ?? fallback, write: (value) => (value === fallback ? null : value) };
}

/** An id, or null. */
export function id(): Param<string | null> {
  return { read: (given) => given || null, write: (value) => value || null };
}

export function integer(fallback: number, { min = 0 } = {}): Param<number> {
  return {
    read: (given) => {
      const value = given && /^-?\d{1,15}$/.test(given) ? Number(given) : fallback;
      return value < min ? fallback : value;
    },
    write: (value) => (value === fallback ? null : String(value)),
  };
}

export function flag(): Param<boolean> {
  return { read: (given) => given === "1", write: (value) => (value ? "1" : null) };
}

export function oneOf<const T extends string, F extends T | null>(
  values: readonly T[],
  fallback: F,
): Param<T | F> {
  return {
    read: (given) => values.find((value) => value === given) ?? fallback,
    write: (value) => (value === fallback ? null : value),
  };
}

/** Several values in one parameter, `a,b`; none of them may hold a comma. */
export function list(): Param<readonly string[]> {
  return {
    read: (given) => (given ? given.split(",").filter(Boolean) : []),
    write: (values) => (values.length > 0 ? values.join(",") : null),
  };
}

type Params = Record<string, Param<unknown>>;
type Values<P> = { [Name in keyof P]: P[Name] extends Param<infer T> ? T : never };

export function readParams<P extends Params>(params: P, search: string): Values<P> {
  const given = new URLSearchParams(search);
  const read = Object.entries(params).map(([name, param]) => [name, param.read(given.get(name))]);
  return Object.fromEntries(read) as Values<P>;
}

/** The query string after these changes; parameters that are not named in `params` stay. */
export function writeParams<P extends Params>(
  params: P,
  search: string,
  changes: Partial<Values<P>>,
): string {
  const given = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    const written = params[name]?.write(value) ?? null;
    if (written === null) given.delete(name);
    else given.set(name, written);
  }
  const query = given.toString();
  return query ? `?${query}` : "";
}

interface Change {
  /** "push" for what the Back button should undo, such as opening something; filters replace. */
  history?: "push" | "replace";
}

/** State that lives in the address. Declare `params` outside of the component. Needs a `<Suspense>` above it. */
export function useUrlState<P extends Params>(params: P): [Values<P>, ReturnType<typeof useUrlChange<P>>] {
  const search = useSearchParams().toString();
  const values = useMemo(() => readParams(params, search), [params, search]);
  return [values, useUrlChange(params)];
}

/** For what changes the address and does not show it. */
export function useUrlChange<P extends Params>(
  params: P,
): (changes: Partial<Values<P>>, how?: Change) => void {
  return useCallback(
    (changes: Partial<Values<P>>, { history = "replace" }: Change = {}) => {
      const query = writeParams(params, location.search, changes);
      if (query === location.search) return;
      const address = `${location.pathname}${query}${location.hash}`;
      if (history === "push") window.history.pushState(null, "", address);
      else window.history.replaceState(null, "", address);
    },
    [params],
  );
}

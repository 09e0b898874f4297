"use client";

import { type FormEvent, useState } from "react";
import { asProblem, type Problem } from "@/lib/api/problem";

interface Submitting {
  submit: (event: FormEvent<HTMLFormElement>) => Promise<void>;
  isPending: boolean;
  problem: Problem | null;
}

/** A form that is sent once at a time. What is refused is told, and the first field it is about gets the focus. */
export function useSubmit(send: (form: FormData) => Promise<unknown>): Submitting {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isPending) return;
    const form = event.currentTarget;
    setPending(true);
    setProblem(null);
    try {
      await send(new FormData(form));
    } catch (error) {
      const refused = asProblem(error);
      setProblem(refused);
      const [first] = Object.keys(refused.fieldErrors);
      const field = first ? form.elements.namedItem(first) : null;
      if (field instanceof HTMLElement) field.focus();
    } finally {
      setPending(false);
    }
  };
  return { submit, isPending, problem };
}

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

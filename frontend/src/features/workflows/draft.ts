"use client";

import { useEffect, useState } from "react";
import type { FormSchema, FormValues } from "@/features/json-form/schema";
import { initialValues, isRecord } from "@/features/json-form/values";
import { session } from "@/lib/api/session";

const PREFIX = "elenchus-workflow-draft";

/** What was filled in is kept on this computer, for this firm and template, until it is sent or cleared. */
export function useDraft(templateId: string, schema: FormSchema, given: FormValues | null) {
  const key = `${PREFIX}:${session.tenantId() ?? ""}:${templateId}`;
  const [isKept, setKept] = useState(() => given === null && keptAt(key) !== null);
  const [values, setValues] = useState(() => initialValues(schema, given ?? keptAt(key) ?? {}));
  const [isChanged, setChanged] = useState(false);
  useEffect(() => {
    if (isChanged) keep(key, values);
  }, [key, values, isChanged]);
  const change = (next: FormValues) => {
    setValues(next);
    setChanged(true);
  };
  const forget = () => {
    keep(key, null);
    setChanged(false);
    setKept(false);
  };
  /** Gives what brings it back. */
  const clear = () => {
    forget();
    setValues(initialValues(schema));
    return () => change(values);
  };
  return { values, change, forget, clear, isKept };
}

function keptAt(key: string): FormValues | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return isRecord(kept) ? kept : null;
  } catch {
    return null; // storage is switched off, or somebody else's text
  }
}

function keep(key: string, values: FormValues | null): void {
  try {
    if (values) localStorage.setItem(key, JSON.stringify(values));
    else localStorage.removeItem(key);
  } catch {
    // Without storage the form works as well; it is only not kept.
  }
}

"use client";

import { ChevronDown } from "lucide-react";
import type { KeyboardEvent } from "react";
import { cn } from "@/lib/cn";
import type { Option } from "./floats/select-list";
import { useTrigger } from "./use-trigger";

interface SelectProps<T extends string> {
  value: T;
  onChange: (value: T) => void;
  options: readonly Option<T>[];
  disabled?: boolean;
  className?: string;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: true | undefined;
}

/** One of a few. No option's value may be the empty string; use a word such as "any". */
export function Select<T extends string>({
  value,
  onChange,
  options,
  disabled = false,
  className,
  ...trigger
}: SelectProps<T>) {
  const { body, isAsked, ask, near } = useTrigger();
  const list = { value, onChange, options, disabled };
  const type = (event: KeyboardEvent) => {
    if (body || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    ask();
  };
  return (
    <>
      <button
        type="button"
        role="combobox"
        aria-autocomplete="none"
        aria-expanded={false}
        aria-haspopup="listbox"
        data-state="closed"
        disabled={disabled}
        onClick={() => !body && ask()}
        onKeyDown={type}
        className={cn(
          "inline-flex h-9 items-center justify-between gap-2 rounded-md border border-line-strong bg-surface px-3 text-start disabled:opacity-60 data-placeholder:text-faint",
          className,
        )}
        {...near}
        {...trigger}
      >
        <span className="truncate">{options.find((option) => option.value === value)?.label}</span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
      </button>
      {body && <body.floats.SelectList target={body.target} isOpenAtFirst={isAsked} {...list} />}
    </>
  );
}

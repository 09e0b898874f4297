"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import { cn } from "@/lib/cn";
import { floating, item, useFloor } from "./floating";

export interface Option<T extends string> {
  value: T;
  label: string;
  hint?: string;
}

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
  const floor = useFloor();
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as T)} disabled={disabled}>
      <Radix.Trigger
        className={cn(
          "inline-flex h-9 items-center justify-between gap-2 rounded-md border border-line-strong bg-surface px-3 text-start disabled:opacity-60 data-placeholder:text-faint",
          className,
        )}
        {...trigger}
      >
        <span className="truncate">
          <Radix.Value />
        </span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
      </Radix.Trigger>
      <Radix.Portal container={floor}>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className={cn(
            floating,
            "max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width)",
          )}
        >
          <Radix.Viewport className="p-1">
            {options.map((option) => (
              <Radix.Item key={option.value} value={option.value} className={cn(item, "pe-8")}>
                <div>
                  <Radix.ItemText>{option.label}</Radix.ItemText>
                  {option.hint && <div className="text-muted text-xs">{option.hint}</div>}
                </div>
                <Radix.ItemIndicator className="absolute end-2">
                  <Check aria-hidden className="size-4" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

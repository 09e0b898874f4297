"use client";

import { Check } from "lucide-react";
import { Select as Radix } from "radix-ui";
import { cn } from "@/lib/cn";
import { floating, item, useFloor } from "../floating";
import { Standing } from "./standing";

export interface Option<T extends string> {
  value: T;
  label: string;
  hint?: string;
}

interface SelectListProps<T extends string> {
  target: HTMLElement;
  isOpenAtFirst: boolean;
  value: T;
  onChange: (value: T) => void;
  options: readonly Option<T>[];
  disabled: boolean;
}

export function SelectList<T extends string>({
  target,
  isOpenAtFirst,
  value,
  onChange,
  options,
  disabled,
}: SelectListProps<T>) {
  const floor = useFloor();
  return (
    <Radix.Root
      value={value}
      onValueChange={(next) => onChange(next as T)}
      disabled={disabled}
      defaultOpen={isOpenAtFirst}
    >
      <Radix.Trigger asChild>
        <Standing target={target} />
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

"use client";

import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";
import { floating, item, useFloor } from "../floating";
import { Keys } from "../kbd";
import { Standing } from "./standing";

export interface MenuProps {
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  className?: string;
  isOpenAtFirst?: boolean;
  children: ReactNode;
}

export function Menu({
  target,
  isOpenAtFirst = false,
  align = "end",
  side = "bottom",
  className,
  children,
}: MenuProps & { target: HTMLElement }) {
  const floor = useFloor();
  return (
    <Radix.Root modal={false} defaultOpen={isOpenAtFirst}>
      <Radix.Trigger asChild>
        <Standing target={target} />
      </Radix.Trigger>
      <Radix.Portal container={floor}>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={cn(
            floating,
            "max-h-(--radix-dropdown-menu-content-available-height) min-w-48 overflow-y-auto p-1",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps extends ComponentProps<typeof Radix.Item> {
  keys?: string;
  isDangerous?: boolean;
}

export function MenuItem({ keys, isDangerous = false, className, children, ...props }: MenuItemProps) {
  return (
    <Radix.Item className={cn(item, isDangerous && "text-bad [&_svg]:text-bad", className)} {...props}>
      {children}
      {keys && (
        <span className="ms-auto ps-4">
          <Keys keys={keys} />
        </span>
      )}
    </Radix.Item>
  );
}

export interface MenuChoiceProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: string; icon?: ReactNode }[];
}

export function MenuChoice<T extends string>({ label, value, onChange, options }: MenuChoiceProps<T>) {
  return (
    <Radix.Group aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
        {options.map((option) => (
          <Radix.RadioItem key={option.value} value={option.value} className={cn(item, "pe-8")}>
            {option.icon}
            <span className="truncate">{option.label}</span>
            <Radix.ItemIndicator className="absolute end-2">
              <Check aria-hidden className="size-4" />
            </Radix.ItemIndicator>
          </Radix.RadioItem>
        ))}
      </Radix.RadioGroup>
    </Radix.Group>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 font-medium text-faint text-xs">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}

"use client";

import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { InDialog } from "../floating";
import { useOpener } from "./use-opener";

export interface DialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  description?: ReactNode;
  /** Buttons at the end: what cancels first, what acts last. */
  actions?: ReactNode;
  size?: "small" | "medium" | "large";
  children?: ReactNode;
}

const WIDTHS = { small: "max-w-md", medium: "max-w-xl", large: "max-w-4xl" };

export function Dialog({
  isOpen,
  onOpenChange,
  title,
  description,
  actions,
  size = "small",
  children,
}: DialogProps) {
  const giveFocusBack = useOpener(isOpen);
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-scrim" />
        <Radix.Content
          onCloseAutoFocus={giveFocusBack}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed top-[max(1rem,8vh)] left-1/2 z-50 flex max-h-[84vh] w-[calc(100vw-2rem)] -translate-x-1/2 animate-appear flex-col rounded-xl border border-line bg-surface shadow-float",
            WIDTHS[size],
          )}
        >
          <header className="px-5 pt-4 pe-14">
            <div className="min-w-0 space-y-1 pb-1">
              <Radix.Title className="font-semibold text-base">{title}</Radix.Title>
              {description && (
                <Radix.Description className="text-muted" asChild>
                  <div>{description}</div>
                </Radix.Description>
              )}
            </div>
          </header>
          <InDialog value={true}>
            {children && <div className="min-h-0 overflow-y-auto px-5 py-3">{children}</div>}
            {actions && (
              <footer className="flex flex-wrap justify-end gap-2 px-5 pt-2 pb-4">{actions}</footer>
            )}
          </InDialog>
          {!actions && <div className="pb-2" />}
          <Radix.Close
            aria-label="Close"
            className="absolute end-3 top-3 inline-flex size-9 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink"
          >
            <X aria-hidden className="size-4" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

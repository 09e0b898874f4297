"use client";

import { AlertDialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { asProblem, type Problem } from "@/lib/api/problem";
import { Button } from "../button";
import { ErrorBox } from "../error-box";
import { InDialog } from "../floating";
import { useOpener } from "./use-opener";

export interface ConfirmProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** A question that names the object: "Delete “Lease.pdf”?" */
  title: string;
  /** What follows from it. */
  children: ReactNode;
  /** The verb on the button. */
  act: string;
  isDangerous?: boolean;
  /** Closes when it is done; what it throws is shown, and it can be tried again. */
  onConfirm: () => Promise<unknown>;
}

export function Confirm({
  isOpen,
  onOpenChange,
  title,
  children,
  act,
  isDangerous = true,
  onConfirm,
}: ConfirmProps) {
  const giveFocusBack = useOpener(isOpen);
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const confirm = async () => {
    setPending(true);
    setProblem(null);
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setPending(false);
    }
  };
  const change = (next: boolean) => {
    if (!next) setProblem(null);
    onOpenChange(next);
  };
  return (
    <Radix.Root open={isOpen} onOpenChange={change}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-scrim" />
        <Radix.Content
          onCloseAutoFocus={giveFocusBack}
          className="fixed top-[18vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 animate-appear space-y-3 rounded-xl border border-line bg-surface p-5 shadow-float"
        >
          <Radix.Title className="font-semibold text-base wrap-anywhere">{title}</Radix.Title>
          <InDialog value={true}>
            <Radix.Description asChild>
              <div className="text-muted">{children}</div>
            </Radix.Description>
            {problem && <ErrorBox error={problem} what={`${act} did not work`} />}
            <div className="flex flex-wrap justify-end gap-2 pt-2">
              <Radix.Cancel asChild>
                <Button disabled={isPending}>Cancel</Button>
              </Radix.Cancel>
              <Button look={isDangerous ? "danger" : "primary"} isPending={isPending} onClick={confirm}>
                {act}
              </Button>
            </div>
          </InDialog>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

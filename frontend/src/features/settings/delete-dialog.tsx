"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { FormProblem } from "@/features/auth/form-problem";
import { useSubmit } from "@/features/auth/use-submit";
import { FORM } from "./form-look";

interface DeleteDialogProps {
  title: string;
  /** What has to be typed: "the firm’s name". */
  what: string;
  name: string;
  act: string;
  onClose: () => void;
  onDelete: (typed: string) => Promise<unknown>;
}

/** For what is hard to undo: its name is typed before it is done. */
export function DeleteDialog({ title, what, name, act, onClose, onDelete }: DeleteDialogProps) {
  const [typed, setTyped] = useState("");
  const { submit, isPending, problem } = useSubmit(() => onDelete(typed));
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onClose()} title={title}>
      <form onSubmit={submit} className={FORM}>
        <FormProblem problem={problem} fields={["name"]} />
        <Field
          label={
            <>
              Type {what}, <span className="font-mono wrap-anywhere">{name}</span>
            </>
          }
          error={problem?.fieldErrors.name}
        >
          {(described) => (
            <Input
              {...described}
              name="name"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" isPending={isPending} disabled={typed !== name}>
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

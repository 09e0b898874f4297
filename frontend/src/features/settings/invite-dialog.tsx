"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { FormProblem } from "@/features/auth/form-problem";
import { textOf, useSubmit } from "@/features/auth/use-submit";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { useFirm } from "@/lib/api/use-session";
import { FORM } from "./form-look";
import { type Role, rolesToGive } from "./roles";

interface InviteDialogProps {
  onClose: () => void;
  onMade: (invitation: Schemas["NewInvitationOut"]) => void;
}

export function InviteDialog({ onClose, onMade }: InviteDialogProps) {
  const [role, setRole] = useState<Role>("member");
  const own = useFirm()?.role;
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const body = { email: textOf(form, "email").trim(), role };
    onMade(await unwrap(api.POST("/api/v1/tenants/current/invitations", { body })));
  });
  const errors = problem?.fieldErrors;
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onClose()} title="Invite somebody to the firm">
      <form onSubmit={submit} className={FORM}>
        <FormProblem problem={problem} fields={["email", "role"]} />
        <Field label="E-mail address" error={errors?.email}>
          {(described) => (
            <Input {...described} name="email" type="email" required autoFocus maxLength={254} />
          )}
        </Field>
        <Field label="Role" error={errors?.role}>
          {(described) => (
            <Select
              {...described}
              value={role}
              onChange={setRole}
              options={rolesToGive(own)}
              className="w-full"
            />
          )}
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" isPending={isPending}>
            Invite
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

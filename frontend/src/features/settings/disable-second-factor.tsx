"use client";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { toast } from "@/components/ui/toast";
import { FormProblem } from "@/features/auth/form-problem";
import { PasswordInput } from "@/features/auth/password-input";
import { textOf, useSubmit } from "@/features/auth/use-submit";
import { api, unwrap } from "@/lib/api/client";
import { FORM } from "./form-look";

const FIELDS = ["current_password", "otp"];

export function DisableSecondFactor({ onClose }: { onClose: () => void }) {
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const body = {
      current_password: textOf(form, "current_password") || null,
      otp: textOf(form, "otp").trim(),
    };
    await unwrap(api.POST("/api/v1/auth/mfa/disable", { body }));
    void toast.done("Two-step sign-in is off");
    onClose();
  });
  const errors = problem?.fieldErrors;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Turn off two-step sign-in?"
      description="From then on your password alone signs you in."
    >
      <form onSubmit={submit} className={FORM}>
        <FormProblem problem={problem} fields={FIELDS} />
        <Field
          label="Your password"
          hint="Leave it empty if you sign in with Google and have none."
          error={errors?.current_password}
        >
          {(described) => (
            <PasswordInput {...described} name="current_password" autoComplete="current-password" />
          )}
        </Field>
        <Field label="Code" hint="The six digits of the app, or a recovery code." error={errors?.otp}>
          {(described) => (
            <Input {...described} name="otp" autoComplete="one-time-code" required maxLength={64} />
          )}
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" isPending={isPending}>
            Turn off
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

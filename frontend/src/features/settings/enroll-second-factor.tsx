"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/features/auth/form-problem";
import { PasswordInput } from "@/features/auth/password-input";
import { textOf, useSubmit } from "@/features/auth/use-submit";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { ConfirmCode } from "./confirm-second-factor";
import { FORM } from "./form-look";
import { RecoveryCodes } from "./recovery-codes";

type Step =
  | { name: "prove" }
  | { name: "confirm"; enrolled: Schemas["EnrolledOut"] }
  | { name: "codes"; codes: readonly string[] };

/** Password, then the authenticator, then the codes for when it is lost; each is shown this once. */
export function EnrollSecondFactor({ onClose }: { onClose: () => void }) {
  const [step, setStep] = useState<Step>({ name: "prove" });
  const [isKept, setKept] = useState(false);
  const isHeld = step.name === "codes" && !isKept;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && !isHeld && onClose()}
      title={step.name === "codes" ? "Keep your recovery codes" : "Set up two-step sign-in"}
      size="medium"
    >
      {step.name === "prove" && <Prove onEnrolled={(enrolled) => setStep({ name: "confirm", enrolled })} />}
      {step.name === "confirm" && (
        <ConfirmCode enrolled={step.enrolled} onConfirmed={(codes) => setStep({ name: "codes", codes })} />
      )}
      {step.name === "codes" && (
        <RecoveryCodes codes={step.codes} isKept={isKept} onKept={setKept} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Prove({ onEnrolled }: { onEnrolled: (enrolled: Schemas["EnrolledOut"]) => void }) {
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const current_password = textOf(form, "current_password") || null;
    onEnrolled(await unwrap(api.POST("/api/v1/auth/mfa/enroll", { body: { current_password } })));
  });
  return (
    <form onSubmit={submit} className={FORM}>
      <FormProblem problem={problem} fields={["current_password"]} />
      <Field
        label="Your password"
        hint="Leave it empty if you sign in with Google and have none."
        error={problem?.fieldErrors.current_password}
      >
        {(described) => (
          <PasswordInput {...described} name="current_password" autoComplete="current-password" autoFocus />
        )}
      </Field>
      <Button type="submit" look="primary" isPending={isPending}>
        Go on
      </Button>
    </form>
  );
}

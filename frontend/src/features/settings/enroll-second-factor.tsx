"use client";

import { Download } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Field, Input } from "@/components/ui/field";
import { FormProblem } from "@/features/auth/form-problem";
import { PasswordInput } from "@/features/auth/password-input";
import { textOf, useSubmit } from "@/features/auth/use-submit";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { FORM } from "./form-look";
import { saveFile } from "./save-file";
import { grouped } from "./second-factor-words";
import { ShownOnce } from "./shown-once";

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
        <Codes codes={step.codes} isKept={isKept} onKept={setKept} onClose={onClose} />
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

interface ConfirmCodeProps {
  enrolled: Schemas["EnrolledOut"];
  onConfirmed: (codes: readonly string[]) => void;
}

function ConfirmCode({ enrolled, onConfirmed }: ConfirmCodeProps) {
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const body = { otp: textOf(form, "otp").replaceAll(" ", "") };
    onConfirmed((await unwrap(api.POST("/api/v1/auth/mfa/confirm", { body }))).recovery_codes);
  });
  return (
    <form onSubmit={submit} className={FORM}>
      <p>
        In your authenticator app choose to enter a setup key, and give it this one. Its kind is “time based”.
      </p>
      <ShownOnce label="Setup key" secret={grouped(enrolled.secret)} />
      <p>
        On the device that has the app you can{" "}
        <a
          href={enrolled.otpauth_uri}
          className="inline-block min-h-6 text-accent-text underline underline-offset-3"
        >
          open it in the app
        </a>{" "}
        instead, or copy its address:
      </p>
      <ShownOnce label="Setup address" secret={enrolled.otpauth_uri} />
      <FormProblem problem={problem} fields={["otp"]} />
      <Field label="The six digits that the app shows now" error={problem?.fieldErrors.otp}>
        {(described) => (
          <Input
            {...described}
            name="otp"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            maxLength={10}
            className="max-w-40 font-mono tracking-widest"
          />
        )}
      </Field>
      <Button type="submit" look="primary" isPending={isPending}>
        Turn on
      </Button>
    </form>
  );
}

interface CodesProps {
  codes: readonly string[];
  isKept: boolean;
  onKept: (isKept: boolean) => void;
  onClose: () => void;
}

function Codes({ codes, isKept, onKept, onClose }: CodesProps) {
  const id = useId();
  const text = codes.join("\n");
  return (
    <div className="space-y-4">
      <p>
        Two-step sign-in is on. Without your phone each of these signs you in once. They are not shown again.
      </p>
      <ul className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-lg bg-sunken p-3 font-mono text-[0.8125rem]">
        {codes.map((code) => (
          <li key={code} className="wrap-anywhere">
            {code}
          </li>
        ))}
      </ul>
      <Button
        onClick={() =>
          saveFile(new Blob([`${text}\n`], { type: "text/plain" }), "elenchus-recovery-codes.txt")
        }
      >
        <Download aria-hidden /> Save as a file
      </Button>
      <div className="flex items-center gap-2">
        <Checkbox id={id} checked={isKept} onCheckedChange={(next) => onKept(next === true)} />
        <label htmlFor={id}>I have kept them in a safe place</label>
      </div>
      <Button look="primary" disabled={!isKept} onClick={onClose}>
        Done
      </Button>
    </div>
  );
}

"use client";

import dynamic from "next/dynamic";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { FormProblem } from "@/features/auth/form-problem";
import { textOf, useSubmit } from "@/features/auth/use-submit";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { FORM } from "./form-look";
import { grouped } from "./second-factor-words";
import { ShownOnce } from "./shown-once";

const QrCode = dynamic(() => import("./qr-code"), {
  ssr: false,
  loading: () => <Skeleton className="size-48 rounded-lg" />,
});

interface ConfirmCodeProps {
  enrolled: Schemas["EnrolledOut"];
  onConfirmed: (codes: readonly string[]) => void;
}

/** The authenticator gets the key, and proves that it has it. */
export function ConfirmCode({ enrolled, onConfirmed }: ConfirmCodeProps) {
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const body = { otp: textOf(form, "otp").replaceAll(" ", "") };
    onConfirmed((await unwrap(api.POST("/api/v1/auth/mfa/confirm", { body }))).recovery_codes);
  });
  return (
    <form onSubmit={submit} className={FORM}>
      <Key enrolled={enrolled} />
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

function Key({ enrolled: { otpauth_uri, secret } }: Pick<ConfirmCodeProps, "enrolled">) {
  return (
    <>
      <p>Scan this with your authenticator app:</p>
      <QrCode text={otpauth_uri} label="QR code of the setup key below" />
      <p>Or choose to enter a setup key there, and give it this one. Its kind is “time based”.</p>
      <ShownOnce label="Setup key" secret={grouped(secret)} />
      <p>
        On the device that has the app you can{" "}
        <a href={otpauth_uri} className="inline-block min-h-6 text-accent-text underline underline-offset-3">
          open it in the app
        </a>{" "}
        instead, or copy its address:
      </p>
      <ShownOnce label="Setup address" secret={otpauth_uri} />
    </>
  );
}

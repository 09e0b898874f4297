"use client";

import { useQueryClient } from "@tanstack/react-query";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { meOptions, useMe } from "@/lib/api/use-session";
import { DisableSecondFactor } from "./disable-second-factor";
import { EnrollSecondFactor } from "./enroll-second-factor";
import { Section } from "./section";

export function SecondFactorSection() {
  const { data: me } = useMe();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  if (!me) return null;
  const close = () => {
    setOpen(false);
    void queries.invalidateQueries({ queryKey: meOptions.queryKey });
  };
  return (
    <Section
      title="Two-step sign-in"
      description="Beside your password, each sign-in asks for a code from an authenticator app on your phone."
      actions={<Button onClick={() => setOpen(true)}>{me.mfa_enabled ? "Turn off" : "Set up"}</Button>}
    >
      {me.mfa_enabled ? (
        <Badge tone="good">
          <ShieldCheck aria-hidden /> On
        </Badge>
      ) : (
        <Badge>
          <ShieldOff aria-hidden /> Off
        </Badge>
      )}
      {isOpen &&
        (me.mfa_enabled ? <DisableSecondFactor onClose={close} /> : <EnrollSecondFactor onClose={close} />)}
    </Section>
  );
}

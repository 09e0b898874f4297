"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { ErrorBox } from "@/components/ui/error-box";
import { Time } from "@/components/ui/time";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { Section } from "./section";
import { ShownOnce } from "./shown-once";

/** Asked for by a press: that it was looked at is written into the audit record. */
export function WebhookSection() {
  const [secret, setSecret] = useState<Schemas["WebhookSecretOut"] | null>(null);
  const [isAsking, setAsking] = useState(false);
  const show = useMutation({
    mutationFn: () => unwrap(api.GET("/api/v1/webhooks/secret")),
    onSuccess: setSecret,
  });
  return (
    <Section
      title="Webhook secret"
      description="What Elenchus sends to other programs is signed with it, so that they can tell it is genuine."
      actions={
        <>
          {secret ? (
            <Button onClick={() => setSecret(null)}>Hide</Button>
          ) : (
            <Button isPending={show.isPending} onClick={() => show.mutate()}>
              Show
            </Button>
          )}
          <Button onClick={() => setAsking(true)}>Renew</Button>
        </>
      }
    >
      {show.isError && (
        <ErrorBox error={show.error} what="The secret could not be shown" onRetry={() => show.mutate()} />
      )}
      {secret ? (
        <div className="space-y-2">
          <ShownOnce label="Webhook secret" secret={secret.secret} />
          {secret.previous_signs_until && (
            <p className="text-muted">
              The one before it signs too until <Time at={secret.previous_signs_until} isAbsolute />.
            </p>
          )}
        </div>
      ) : (
        <p className="text-muted">Looking at it is noted in the audit record.</p>
      )}
      <Confirm
        isOpen={isAsking}
        onOpenChange={setAsking}
        title="Renew the webhook secret?"
        act="Renew"
        onConfirm={async () => setSecret(await unwrap(api.POST("/api/v1/webhooks/secret/rotate")))}
      >
        For a day the present one signs too, while you tell your receivers.
      </Confirm>
    </Section>
  );
}

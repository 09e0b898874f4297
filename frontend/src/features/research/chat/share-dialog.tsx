"use client";

import { Check, Copy, Link2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorBox } from "@/components/ui/error-box";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import type { Schemas } from "@/lib/api/client";
import { copyText } from "@/lib/clipboard";
import { plural } from "@/lib/format";
import { useShare } from "./use-share";

const LIVES = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
] as const;
type Life = (typeof LIVES)[number]["value"];

export function ShareDialog({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const [life, setLife] = useState<Life>("7");
  const { link, make, stop } = useShare(conversationId);
  const isBusy = make.isPending || stop.isPending;
  const made = make.data;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Share the conversation"
      description={
        <>
          Anybody who has the link can read it without signing in: the questions, the answers and the passages
          that they quote. The documents are not part of it.
        </>
      }
      size="medium"
      actions={
        <>
          {link.data && (
            <Button onClick={() => isBusy || stop.mutate()} isPending={stop.isPending} className="me-auto">
              Stop sharing
            </Button>
          )}
          <Button onClick={onClose}>Close</Button>
          <Button
            look={made ? "outline" : "primary"}
            disabled={link.isPending}
            isPending={make.isPending}
            onClick={() => isBusy || make.mutate(Number(life))}
          >
            {link.data ? "Make a new link" : "Create the link"}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {link.isPending && (
          <Loading label="Looking for a link">
            <SkeletonRows rows={2} className="px-0" />
          </Loading>
        )}
        {made && <Made key={made.token} link={made} />}
        {link.data && !made && <Known link={link.data} />}
        <p role="status" className="text-muted empty:hidden">
          {stop.isSuccess && "The link opens nothing any more."}
        </p>
        <Field
          label={link.data ? "A new link works for" : "The link works for"}
          hint={
            link.data
              ? "It takes the place of this one, which then opens nothing any more."
              : "It shows what has been said until now, and nothing that is asked later."
          }
        >
          {(described) => <Select {...described} value={life} onChange={setLife} options={LIVES} />}
        </Field>
        {link.isError && (
          <ErrorBox
            error={link.error}
            what="Whether there is a link could not be found out"
            onRetry={link.refetch}
          />
        )}
        {make.isError && <ErrorBox error={make.error} what="The link was not made" />}
        {stop.isError && <ErrorBox error={stop.error} what="The link still works" />}
      </div>
    </Dialog>
  );
}

function Made({ link }: { link: Schemas["ShareOut"] }) {
  const [result, setResult] = useState<"Copied" | "Copying was refused" | null>(null);
  const copy = async () => setResult((await copyText(link.url)) ? "Copied" : "Copying was refused");
  return (
    <div className="space-y-2">
      <Field label="Link" hint="Copy it now: it is shown this once, and only its fingerprint is kept.">
        {(described) => (
          <div className="flex flex-wrap gap-2">
            <Input
              {...described}
              readOnly
              autoFocus
              value={link.url}
              onFocus={({ target }) => target.select()}
              className="min-w-0 flex-1 basis-56 font-mono text-[0.8125rem]"
            />
            <Button look="primary" onClick={copy}>
              {result === "Copied" ? <Check aria-hidden /> : <Copy aria-hidden />}
              <span aria-live="polite">{result ?? "Copy"}</span>
            </Button>
          </div>
        )}
      </Field>
      <Works link={link} />
    </div>
  );
}

function Known({ link }: { link: Schemas["StandingLink"] }) {
  return (
    <Status look={{ label: "There is a link", tone: "info", icon: Link2 }}>
      <Works link={link} /> It was shown when it was made and cannot be shown again.
    </Status>
  );
}

function Works({ link }: { link: Schemas["StandingLink"] }) {
  return (
    <span className="text-[0.8125rem] text-muted">
      It works until <Time at={link.expires_at} isAbsolute /> and shows the first{" "}
      {plural(link.message_count, "message")}, not what is asked later.
    </span>
  );
}

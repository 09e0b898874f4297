"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BadgeCheck, MailWarning } from "lucide-react";
import { useTheme } from "next-themes";
import { useMemo } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast";
import { FormProblem } from "@/features/auth/form-problem";
import { useSubmit } from "@/features/auth/use-submit";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { meOptions, useMe } from "@/lib/api/use-session";
import { useDraft } from "./draft";
import { FORM } from "./form-look";
import { LanguageField } from "./language-field";
import { useUnsaved } from "./leave-guard";
import { SaveRow } from "./save-row";
import { Section } from "./section";
import { TimeZoneField } from "./time-zone-field";

export function ProfileTab() {
  const { data: me } = useMe();
  if (!me) return null;
  return (
    <>
      <Section title="Profile" description="What the members of your firm see of you.">
        <ProfileForm me={me} />
      </Section>
      <EmailSection me={me} />
      <Appearance />
    </>
  );
}

const FIELDS = ["full_name", "organization", "role", "timezone", "language"];

interface WrittenField {
  name: "full_name" | "role" | "organization";
  label: string;
  autoComplete: string;
  hint?: string;
  required?: boolean;
}

const WRITTEN: readonly WrittenField[] = [
  { name: "full_name", label: "Name", autoComplete: "name", required: true },
  {
    name: "role",
    label: "What you do",
    autoComplete: "organization-title",
    hint: "Such as associate; it grants nothing.",
  },
  { name: "organization", label: "Organisation", autoComplete: "organization" },
];

interface WrittenProps extends WrittenField {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function Written({ label, hint, error, onChange, ...input }: WrittenProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <Input {...described} {...input} maxLength={200} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

function ProfileForm({ me }: { me: Schemas["UserOut"] }) {
  const queries = useQueryClient();
  const kept = useMemo(
    () => ({
      full_name: me.full_name,
      organization: me.organization ?? "",
      role: me.role ?? "",
      timezone: me.timezone,
      language: me.language,
    }),
    [me],
  );
  const { draft, changes, isDirty, set, discard } = useDraft(kept);
  useUnsaved(isDirty);
  const { submit, isPending, problem } = useSubmit(async () => {
    const body: Schemas["ProfilePatch"] = { ...changes };
    if (changes.organization !== undefined) body.organization = changes.organization.trim() || null;
    if (changes.role !== undefined) body.role = changes.role.trim() || null;
    queries.setQueryData(meOptions.queryKey, await unwrap(api.PATCH("/api/v1/auth/me", { body })));
    discard();
    void toast.done("Your profile is saved");
  });
  const errors = problem?.fieldErrors;
  return (
    <form onSubmit={submit} className={FORM}>
      <FormProblem problem={problem} fields={FIELDS} />
      <div className="grid gap-4 sm:grid-cols-2">
        {WRITTEN.map((field) => (
          <Written
            key={field.name}
            {...field}
            value={draft[field.name]}
            error={errors?.[field.name]}
            onChange={(value) => set(field.name, value)}
          />
        ))}
        <LanguageField
          value={draft.language}
          onChange={(value) => set("language", value)}
          error={errors?.language}
        />
        <TimeZoneField
          value={draft.timezone}
          onChange={(value) => set("timezone", value)}
          hint="Such as Europe/London."
          error={errors?.timezone}
        />
      </div>
      <SaveRow isDirty={isDirty} isPending={isPending} onDiscard={discard} />
    </form>
  );
}

function EmailSection({ me }: { me: Schemas["UserOut"] }) {
  const ask = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/auth/email/verify-request")),
    onSuccess: ({ detail }) => void toast.done(detail),
    onError: (error) => void toast.failed("The mail was not sent", error),
  });
  return (
    <Section title="E-mail address" description="You sign in with it. It cannot be changed here.">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="font-medium wrap-anywhere">{me.email}</span>
        {me.is_verified ? (
          <Badge tone="good">
            <BadgeCheck aria-hidden /> Confirmed
          </Badge>
        ) : (
          <>
            <Badge tone="warn">
              <MailWarning aria-hidden /> Not confirmed
            </Badge>
            <Button size="small" isPending={ask.isPending} onClick={() => ask.mutate()}>
              Send a confirmation link
            </Button>
          </>
        )}
      </div>
    </Section>
  );
}

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

function Appearance() {
  const { theme = "system", setTheme } = useTheme();
  return (
    <Section title="Appearance" description="On this device.">
      <Field label="Theme" className="max-w-60">
        {(described) => (
          <Select
            {...described}
            value={theme as (typeof THEMES)[number]["value"]}
            onChange={setTheme}
            options={THEMES}
            className="w-full"
          />
        )}
      </Field>
    </Section>
  );
}

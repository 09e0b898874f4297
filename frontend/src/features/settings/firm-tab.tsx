"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { ErrorBox } from "@/components/ui/error-box";
import { Field, Input } from "@/components/ui/field";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import { FormProblem } from "@/features/auth/form-problem";
import { useSubmit } from "@/features/auth/use-submit";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { meOptions, useFirm, useMay } from "@/lib/api/use-session";
import { useDraft } from "./draft";
import { FORM } from "./form-look";
import { useUnsaved } from "./leave-guard";
import { SaveRow } from "./save-row";
import { Section } from "./section";
import { TimeZoneField } from "./time-zone-field";
import { UsageSection } from "./usage-section";
import { WebhookSection } from "./webhook-section";

const KEY = ["firm-with-version"];

interface Versioned {
  firm: Schemas["TenantOut"];
  etag: string | null;
}

async function readFirm(): Promise<Versioned> {
  const { data, response } = await api.GET("/api/v1/tenants/current");
  return { firm: data as Schemas["TenantOut"], etag: response.headers.get("ETag") };
}

export default function FirmTab() {
  const isAdmin = useMay("admin");
  const firm = useQuery({ queryKey: KEY, queryFn: readFirm });
  return (
    <>
      <Section title="Firm">
        {firm.isPending && (
          <Loading label="Loading the firm">
            <SkeletonRows rows={3} className="px-0" />
          </Loading>
        )}
        {firm.isError && (
          <ErrorBox error={firm.error} what="The firm could not be loaded" onRetry={firm.refetch} />
        )}
        {firm.data && <FirmForm {...firm.data} />}
      </Section>
      <UsageSection />
      {isAdmin && <WebhookSection />}
    </>
  );
}

const FIELDS = ["name", "timezone", "retention_days"];

function FirmForm({ firm, etag }: Versioned) {
  const queries = useQueryClient();
  const isOwner = useFirm()?.role === "owner";
  const kept = useMemo(
    () => ({
      name: firm.name,
      timezone: firm.timezone,
      retention_days: firm.retention_days === null ? "" : String(firm.retention_days),
    }),
    [firm],
  );
  const { draft, changes, isDirty, set, discard } = useDraft(kept);
  useUnsaved(isDirty);
  const { submit, isPending, problem } = useSubmit(async () => {
    const { retention_days, ...rest } = changes;
    const body: Schemas["TenantPatch"] = { ...rest };
    if (retention_days !== undefined) body.retention_days = retention_days ? Number(retention_days) : null;
    const header = etag ? { "if-match": etag } : {};
    await unwrap(api.PATCH("/api/v1/tenants/current", { body, params: { header } }));
    await queries.invalidateQueries({ queryKey: KEY });
    discard();
    void toast.done("The firm’s settings are saved");
    await queries.invalidateQueries({ queryKey: meOptions.queryKey });
  });
  const errors = problem?.fieldErrors;
  return (
    <form onSubmit={submit} className={FORM}>
      {!isOwner && <p className="text-muted">Only an owner of the firm changes these.</p>}
      <FormProblem problem={problem} fields={FIELDS} />
      {problem?.status === 412 && <ReadAnew />}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={errors?.name}>
          {(described) => (
            <Input
              {...described}
              name="name"
              required
              maxLength={200}
              readOnly={!isOwner}
              value={draft.name}
              onChange={(event) => set("name", event.target.value)}
            />
          )}
        </Field>
        <TimeZoneField
          value={draft.timezone}
          onChange={(value) => set("timezone", value)}
          hint="Months of use are counted in it."
          error={errors?.timezone}
          isReadOnly={!isOwner}
        />
        <Retention
          value={draft.retention_days}
          onChange={(value) => set("retention_days", value)}
          error={errors?.retention_days}
          isReadOnly={!isOwner}
        />
      </div>
      {isOwner && <SaveRow isDirty={isDirty} isPending={isPending} onDiscard={discard} />}
    </form>
  );
}

/** Somebody else has changed them meanwhile. */
function ReadAnew() {
  const queries = useQueryClient();
  return (
    <p className="text-muted">
      <button
        type="button"
        className="min-h-6 text-accent-text underline underline-offset-3"
        onClick={() => queries.invalidateQueries({ queryKey: KEY })}
      >
        Load what it says now
      </button>
      ; what you have written stays in the form.
    </p>
  );
}

interface RetentionProps {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  isReadOnly: boolean;
}

function Retention({ value, onChange, error, isReadOnly }: RetentionProps) {
  return (
    <Field
      label="Days that conversations are kept"
      hint="After so long without activity they are deleted, and so are ended jobs. Empty: conversations stay. Documents always stay until somebody deletes them."
      error={error}
      className="sm:col-span-2"
    >
      {(described) => (
        <Input
          {...described}
          name="retention_days"
          type="number"
          min={1}
          max={36_500}
          step={1}
          readOnly={isReadOnly}
          className="max-w-40"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

"use client";

import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { useMembers } from "./use-members";

interface AuditFilter {
  actor: string | null;
  object: string;
  since: string;
  until: string;
}

interface AuditFiltersProps {
  filter: AuditFilter;
  onChange: (changes: Partial<AuditFilter>) => void;
  members: ReturnType<typeof useMembers>["members"];
}

const ANYBODY = { value: "anybody", label: "Anybody" };

export function AuditFilters({ filter, onChange, members }: AuditFiltersProps) {
  const people = members.map((member) => ({ value: member.user_id, label: member.full_name }));
  return (
    <search className="mb-3 grid gap-3 sm:grid-cols-2 desk:grid-cols-4">
      <Field label="By">
        {(described) => (
          <Select
            {...described}
            value={filter.actor ?? ANYBODY.value}
            onChange={(actor) => onChange({ actor: actor === ANYBODY.value ? null : actor })}
            className="w-full"
            options={[ANYBODY, ...people]}
          />
        )}
      </Field>
      <Field label="About the id">
        {(described) => (
          <Input
            {...described}
            value={filter.object}
            maxLength={100}
            onChange={(event) => onChange({ object: event.target.value })}
          />
        )}
      </Field>
      <Day label="From" value={filter.since} onChange={(since) => onChange({ since })} />
      <Day label="To" value={filter.until} onChange={(until) => onChange({ until })} />
    </search>
  );
}

function Day({ label, value, onChange }: { label: string; value: string; onChange: (day: string) => void }) {
  return (
    <Field label={label}>
      {(described) => (
        <Input {...described} type="date" value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

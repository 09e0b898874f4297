"use client";

import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox, Field, Input } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import { Select } from "@/components/ui/select";
import { formatDate } from "@/lib/format";
import { isFiltered, type JobFilter, type JobScope, NO_FILTER } from "./job-filter";
import { JOB_STATUSES, jobStatus } from "./job-status";
import { JOB_TYPES, shortId, typeWords } from "./job-words";

interface JobFiltersProps {
  filter: JobFilter;
  onChange: (changes: Partial<JobFilter>) => void;
  scope: JobScope;
  scopes: readonly JobScope[];
  onScope: (scope: JobScope) => void;
  /** Of those that were met, beside the ones that are known. */
  types: readonly string[];
}

const ANY = "any";
const SCOPE_LABELS: Record<JobScope, string> = {
  mine: "My jobs",
  firm: "The firm’s jobs",
  all: "All firms’ jobs",
};

export function JobFilters({ filter, onChange, scope, scopes, onScope, types }: JobFiltersProps) {
  const known = [...new Set([...JOB_TYPES, ...types, ...(filter.type ? [filter.type] : [])])];
  return (
    <search className="flex flex-wrap items-center gap-2">
      <SearchBox value={filter.q} onChange={(q) => onChange({ q })} />
      {scopes.length > 1 && (
        <Select
          aria-label="Whose jobs"
          value={scope}
          onChange={onScope}
          options={scopes.map((value) => ({ value, label: SCOPE_LABELS[value] }))}
        />
      )}
      <Select
        aria-label="State"
        value={filter.status ?? ANY}
        onChange={(status) => onChange({ status: status === ANY ? null : status })}
        options={[
          { value: ANY, label: "Any state" },
          ...JOB_STATUSES.map((value) => ({ value, label: jobStatus[value].label })),
        ]}
      />
      <Select
        aria-label="Kind of job"
        value={filter.type || ANY}
        onChange={(type) => onChange({ type: type === ANY ? "" : type })}
        className="max-w-56"
        options={[
          { value: ANY, label: "Any kind" },
          ...known.map((value) => ({ value, label: typeWords(value) })),
        ]}
      />
      <Days filter={filter} onChange={onChange} />
      <NeverStarted isOn={filter.never} onChange={(never) => onChange({ never })} />
      {filter.document && (
        <Button size="small" onClick={() => onChange({ document: null })}>
          About document {shortId(filter.document)} <X aria-label="Remove this filter" />
        </Button>
      )}
      {isFiltered(filter) && (
        <Button size="small" look="ghost" onClick={() => onChange(NO_FILTER)}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

const PAUSE_MS = 300;

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [draft, setDraft] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setDraft(value);
    }
  }, [value]);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (draft === sent.current) return;
      sent.current = draft;
      onChange(draft);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, onChange]);
  return (
    <div className="relative w-full @xl:w-64">
      <Search aria-hidden className="absolute start-2.5 top-2.5 size-4 text-muted" />
      <Input
        aria-label="Search by id of a job or document, or by words"
        placeholder="Id, document id or words"
        value={draft}
        maxLength={100}
        onChange={(event) => setDraft(event.target.value)}
        className="ps-8 pe-9"
      />
      {draft && (
        <IconButton
          label="Clear the search"
          size="small"
          className="absolute end-1 top-1"
          onClick={() => setDraft("")}
        >
          <X aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

function NeverStarted({ isOn, onChange }: { isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <div className="flex h-9 items-center gap-2 px-1">
      <Checkbox id="never-started" checked={isOn} onCheckedChange={(next) => onChange(next === true)} />
      <label htmlFor="never-started">Never started</label>
    </div>
  );
}

function Days({ filter, onChange }: Pick<JobFiltersProps, "filter" | "onChange">) {
  return (
    <Popover
      label="Days on which jobs were queued"
      className="w-64 space-y-3"
      trigger={<Button className="font-normal">{daysLabel(filter)}</Button>}
    >
      <Field label="Queued on or after">
        {(described) => (
          <Input
            {...described}
            type="date"
            value={filter.since}
            max={filter.until || undefined}
            onChange={(event) => onChange({ since: event.target.value })}
          />
        )}
      </Field>
      <Field label="Queued on or before">
        {(described) => (
          <Input
            {...described}
            type="date"
            value={filter.until}
            min={filter.since || undefined}
            onChange={(event) => onChange({ until: event.target.value })}
          />
        )}
      </Field>
      <Button size="small" look="ghost" onClick={() => onChange({ since: "", until: "" })}>
        Any day
      </Button>
    </Popover>
  );
}

function daysLabel({ since, until }: JobFilter): string {
  const [from, to] = [readable(since), readable(until)];
  if (from && to) return from === to ? from : `${from} – ${to}`;
  if (from) return `Since ${from}`;
  return to ? `Until ${to}` : "Any day";
}

function readable(day: string): string {
  const moment = new Date(`${day}T12:00:00`);
  return day && !Number.isNaN(moment.getTime()) ? formatDate(moment) : "";
}

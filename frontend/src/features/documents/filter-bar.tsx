"use client";

import { X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { LABELS, NO_FILTERS, STATUSES, useAddress } from "./address";
import { documentStatus } from "./document-status";
import type { DocumentOut } from "./documents-cache";
import { LABEL_NAMES } from "./label-badges";
import { LabelFilters } from "./label-filters";
import { SearchField } from "./search-field";

const ANY = "any";
const STATUS_OPTIONS = [
  { value: ANY, label: "Any status" },
  ...STATUSES.map((value) => ({ value, label: documentStatus[value].label })),
] as const;
const WHERE = [
  { value: "names", label: "Names" },
  { value: "texts", label: "Texts", hint: "Passages of all documents" },
] as const;

export function FilterBar({ documents }: { documents: readonly DocumentOut[] }) {
  const [address, setAddress] = useAddress();
  const { inside, name, q, status } = address;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-line border-b px-4 py-2 desk:px-6">
      <div className="flex min-w-0 flex-1 basis-64 desk:max-w-md">
        <Select
          aria-label="Search in"
          className="rounded-e-none border-e-0"
          value={inside ? "texts" : "names"}
          onChange={(next) => {
            const typed = inside ? q : name;
            setAddress(
              next === "texts" ? { inside: true, q: typed, name: "" } : { inside: false, name: typed, q: "" },
            );
          }}
          options={WHERE}
        />
        <SearchField
          key={inside ? "texts" : "names"}
          className="rounded-s-none"
          label={inside ? "Search in the texts" : "Search by name"}
          value={inside ? q : name}
          onSearch={(typed) => setAddress(inside ? { q: typed } : { name: typed })}
        />
      </div>
      {!inside && (
        <Select
          aria-label="Status"
          value={status ?? ANY}
          onChange={(next) => setAddress({ status: next === ANY ? null : next })}
          options={STATUS_OPTIONS}
        />
      )}
      <LabelFilters documents={documents} />
      <ActiveFilters />
    </div>
  );
}

function ActiveFilters() {
  const [address, setAddress] = useAddress();
  const active = LABELS.filter((label) => address[label]);
  const isFiltered = active.length > 0 || address.status !== null || address.name !== "";
  return (
    <>
      {active.map((label) => (
        <button
          key={label}
          type="button"
          aria-label={`Take away the filter ${LABEL_NAMES[label]}: ${address[label]}`}
          onClick={() => setAddress({ [label]: "" })}
          className="inline-flex h-7 max-w-56 items-center gap-1 rounded-full bg-accent-soft ps-3 pe-2 text-accent-text hover:bg-selected"
        >
          <span className="truncate">
            {LABEL_NAMES[label]}: {address[label]}
          </span>
          <X aria-hidden className="size-3.5 shrink-0" />
        </button>
      ))}
      {isFiltered && (
        <Button size="small" look="ghost" onClick={() => setAddress(NO_FILTERS)}>
          Clear filters
        </Button>
      )}
    </>
  );
}

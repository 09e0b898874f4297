"use client";

import { ListFilter } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { LABELS, useAddress } from "./address";
import type { DocumentOut } from "./documents-cache";
import { LABEL_NAMES } from "./label-badges";
import { LabelField } from "./label-field";

/** Labels are compared as a whole, so those in sight are suggested. */
export function LabelFilters({ documents }: { documents: readonly DocumentOut[] }) {
  const [address, setAddress] = useAddress();
  const [isOpen, setOpen] = useState(false);
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setAddress(Object.fromEntries(LABELS.map((label) => [label, String(form.get(label) ?? "").trim()])));
    setOpen(false);
  };
  return (
    <Popover
      label="Filter by labels"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button>
          <ListFilter aria-hidden /> Labels
        </Button>
      }
    >
      <form onSubmit={apply} className="space-y-3">
        {LABELS.map((label) => (
          <LabelField
            key={label}
            name={label}
            label={LABEL_NAMES[label]}
            value={address[label]}
            documents={documents}
          />
        ))}
        <div className="flex justify-end">
          <Button type="submit" look="primary">
            Filter
          </Button>
        </div>
      </form>
    </Popover>
  );
}

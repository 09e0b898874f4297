"use client";

import { Button } from "@/components/ui/button";

interface SaveRowProps {
  isDirty: boolean;
  isPending: boolean;
  onDiscard: () => void;
}

export function SaveRow({ isDirty, isPending, onDiscard }: SaveRowProps) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button type="submit" look="primary" isPending={isPending} disabled={!isDirty}>
        Save
      </Button>
      {isDirty && (
        <>
          <Button look="ghost" onClick={onDiscard}>
            Discard
          </Button>
          <span role="status" className="text-muted">
            Not saved yet
          </span>
        </>
      )}
    </div>
  );
}

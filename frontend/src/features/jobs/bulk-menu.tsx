"use client";

import { Ellipsis, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import type { Act, Summary } from "./acts";
import { BulkDialog } from "./bulk-dialog";
import type { JobFilter, JobScope } from "./job-filter";

interface BulkMenuProps {
  filter: JobFilter;
  scope: JobScope;
  onDone: (summary: Summary) => void;
}

/** Acts on all that the filters find, also on what is not listed yet. */
export function BulkMenu({ filter, scope, onDone }: BulkMenuProps) {
  const [act, setAct] = useState<Act | null>(null);
  return (
    <>
      <Menu
        trigger={
          <Button size="small">
            <Ellipsis aria-hidden /> All that match
          </Button>
        }
      >
        <MenuItem onSelect={() => setAct("retry")}>
          <RotateCcw aria-hidden /> Run again what failed…
        </MenuItem>
        <MenuItem isDangerous onSelect={() => setAct("cancel")}>
          <Square aria-hidden /> Cancel what waits or runs…
        </MenuItem>
      </Menu>
      {act && (
        <BulkDialog act={act} filter={filter} scope={scope} onClose={() => setAct(null)} onDone={onDone} />
      )}
    </>
  );
}

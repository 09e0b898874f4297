"use client";

import { Download } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/field";
import { saveFile } from "@/lib/save-file";

interface RecoveryCodesProps {
  codes: readonly string[];
  isKept: boolean;
  onKept: (isKept: boolean) => void;
  onClose: () => void;
}

/** For when the phone is lost. */
export function RecoveryCodes({ codes, isKept, onKept, onClose }: RecoveryCodesProps) {
  const id = useId();
  const text = codes.join("\n");
  return (
    <div className="space-y-4">
      <p>
        Two-step sign-in is on. Without your phone each of these signs you in once. They are not shown again.
      </p>
      <ul className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-lg bg-sunken p-3 font-mono text-[0.8125rem]">
        {codes.map((code) => (
          <li key={code} className="wrap-anywhere">
            {code}
          </li>
        ))}
      </ul>
      <Button
        onClick={() =>
          saveFile(new Blob([`${text}\n`], { type: "text/plain" }), "elenchus-recovery-codes.txt")
        }
      >
        <Download aria-hidden /> Save as a file
      </Button>
      <div className="flex items-center gap-2">
        <Checkbox id={id} checked={isKept} onCheckedChange={(next) => onKept(next === true)} />
        <label htmlFor={id}>I have kept them in a safe place</label>
      </div>
      <Button look="primary" disabled={!isKept} onClick={onClose}>
        Done
      </Button>
    </div>
  );
}

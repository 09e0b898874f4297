"use client";

import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { FormProblem } from "@/features/auth/form-problem";
import { textOf, useSubmit } from "@/features/auth/use-submit";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { FORM } from "./form-look";
import { EXPIRIES, type Expiry, expiryDate, SCOPE_GROUPS, type Scope } from "./key-words";

interface NewKeyDialogProps {
  onClose: () => void;
  onMade: (key: Schemas["ApiKeyMade"]) => void;
}

const FIELDS = ["name", "expires_at", "rate_limit_requests"];

export function NewKeyDialog({ onClose, onMade }: NewKeyDialogProps) {
  const [scopes, setScopes] = useState<readonly Scope[]>([]);
  const [expiry, setExpiry] = useState<Expiry>("90");
  const { submit, isPending, problem } = useSubmit(async (form) => {
    const limit = textOf(form, "rate_limit_requests");
    const body: Schemas["ApiKeyIn"] = {
      name: textOf(form, "name"),
      scopes: [...scopes],
      expires_at: expiryDate(expiry),
      ...(limit && { rate_limit_requests: Number(limit) }),
    };
    onMade(await unwrap(api.POST("/api/v1/api-keys", { body })));
  });
  const errors = problem?.fieldErrors;
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onClose()} title="New API key" size="medium">
      <form onSubmit={submit} className={FORM}>
        <FormProblem problem={problem} fields={FIELDS} />
        <Field label="Name" hint="What it is for, such as “Intake script”." error={errors?.name}>
          {(described) => <Input {...described} name="name" required maxLength={200} autoFocus />}
        </Field>
        <ScopeChoice chosen={scopes} onChange={setScopes} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Expires after" error={errors?.expires_at}>
            {(described) => (
              <Select
                {...described}
                value={expiry}
                onChange={setExpiry}
                options={EXPIRIES}
                className="w-full"
              />
            )}
          </Field>
          <Field
            label="Requests a minute"
            hint="Empty: as many as the firm may make."
            error={errors?.rate_limit_requests}
          >
            {(described) => (
              <Input
                {...described}
                name="rate_limit_requests"
                type="number"
                min={1}
                max={1_000_000}
                step={1}
              />
            )}
          </Field>
        </div>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" isPending={isPending} disabled={scopes.length === 0}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ScopeChoiceProps {
  chosen: readonly Scope[];
  onChange: (scopes: readonly Scope[]) => void;
}

function ScopeChoice({ chosen, onChange }: ScopeChoiceProps) {
  const id = useId();
  const toggle = (scope: Scope) =>
    onChange(chosen.includes(scope) ? chosen.filter((one) => one !== scope) : [...chosen, scope]);
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">What it may do</legend>
      <div className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        {SCOPE_GROUPS.map((group) => (
          <div key={group.label} className="space-y-1.5">
            <p className="text-muted text-xs">{group.label}</p>
            {group.scopes.map((scope) => (
              <div key={scope.value} className="flex min-h-6 items-center gap-2">
                <Checkbox
                  id={id + scope.value}
                  checked={chosen.includes(scope.value)}
                  onCheckedChange={() => toggle(scope.value)}
                />
                <label htmlFor={id + scope.value}>{scope.label}</label>
              </div>
            ))}
          </div>
        ))}
      </div>
      {chosen.length === 0 && <p className="text-[0.8125rem] text-muted">Choose at least one.</p>}
    </fieldset>
  );
}

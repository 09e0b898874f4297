import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Field, Input } from "@/components/ui/field";
import type { FieldErrors } from "@/features/json-form/schema";
import { formatNumber } from "@/lib/format";
import type { BudgetText } from "./budget";
import { ownTokenLimit, type Template } from "./template";

interface BudgetFieldsProps {
  template: Template;
  text: BudgetText;
  errors: FieldErrors;
  onChange: (text: BudgetText) => void;
}

const FIELDS = [
  { name: "max_tokens", label: "Tokens", hint: "Of language models, read and written." },
  { name: "max_cost_usd", label: "Cost in US dollars", hint: "Of language models." },
  { name: "max_minutes", label: "Minutes of work", hint: "Waiting for a person does not count." },
] as const;

/** Where the run ends by itself. Folded, since templates have limits of their own. */
export function BudgetFields({ template, text, errors, onChange }: BudgetFieldsProps) {
  const [isOpen, setOpen] = useState(Object.values(text).some(Boolean));
  const isShown = isOpen || Object.keys(errors).length > 0;
  const own = ownTokenLimit(template);
  return (
    <section className="border-line border-t pt-4">
      <button
        type="button"
        aria-expanded={isShown}
        className="-ms-1 flex items-center gap-1.5 rounded px-1 py-1 font-medium hover:bg-hover"
        onClick={() => setOpen(!isShown)}
      >
        <ChevronRight aria-hidden className={`size-4 text-muted ${isShown ? "rotate-90" : ""}`} /> Limits of
        this run
      </button>
      {isShown && (
        <div className="mt-2 space-y-3">
          <p className="text-muted">
            The run stops when it reaches one of them; what is done until then is kept.
            {own !== null && ` This workflow itself stops at ${formatNumber(own)} tokens.`}
          </p>
          <div className="grid gap-4 sm:grid-cols-3">
            {FIELDS.map(({ name, label, hint }) => (
              <div key={name} data-field={`budget.${name}`}>
                <Field label={label} hint={hint} error={errors[name]}>
                  {(described) => (
                    <Input
                      {...described}
                      inputMode="decimal"
                      placeholder="No limit"
                      value={text[name]}
                      onChange={(event) => onChange({ ...text, [name]: event.target.value })}
                    />
                  )}
                </Field>
              </div>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}

"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CalendarClock, Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { toast } from "@/components/ui/toast";
import { JsonForm } from "@/features/json-form/json-form";
import type { FormValues } from "@/features/json-form/schema";
import { api, unwrap } from "@/lib/api/client";
import { useMay } from "@/lib/api/use-session";
import { BudgetFields } from "./budget-fields";
import { ErrorSummary } from "./error-summary";
import { runAddress } from "./execution";
import { EXECUTIONS } from "./keys";
import { ScheduleDialog } from "./schedule-dialog";
import type { Template } from "./template";
import { type Filled, useTemplateForm } from "./use-template-form";

interface TemplateFormProps {
  template: Template;
  /** The input of an earlier run. */
  given: FormValues | null;
}

export function TemplateForm({ template, given }: TemplateFormProps) {
  const form = useTemplateForm(template, given);
  const start = useStart(template, form.draft.forget, form.refused);
  const [scheduled, setScheduled] = useState<Filled | null>(null);
  const { draft } = form;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const filled = form.check();
    if (filled) start.mutate(filled);
  };
  return (
    <form onSubmit={submit} noValidate className="max-w-2xl space-y-6">
      <ErrorSummary faults={form.faults} ref={form.summary} />
      {start.isError && form.faults.length === 0 && (
        <ErrorBox error={start.error} what="The workflow could not be started" />
      )}
      {draft.isKept && <p className="text-muted">What you had filled in before is here again.</p>}
      <JsonForm
        schema={form.schema}
        values={draft.values}
        errors={form.errors.input}
        onChange={draft.change}
      />
      <BudgetFields
        template={template}
        text={form.budget}
        errors={form.errors.budget}
        onChange={form.setBudget}
      />
      <Actions
        isPending={start.isPending}
        onSchedule={() => setScheduled(form.check())}
        onClear={() => {
          const undo = draft.clear();
          toast.info("The form is empty again", { action: { label: "Undo", onClick: undo } });
        }}
      />
      {scheduled && (
        <ScheduleDialog template={template} filled={scheduled} onClose={() => setScheduled(null)} />
      )}
    </form>
  );
}

interface ActionsProps {
  isPending: boolean;
  onSchedule: () => void;
  onClear: () => void;
}

function Actions({ isPending, onSchedule, onClear }: ActionsProps) {
  const mayRun = useMay("member");
  return (
    <div className="sticky bottom-0 -mx-4 flex flex-wrap items-center gap-2 border-line border-t bg-canvas px-4 py-3 desk:mx-0 desk:px-0">
      <Button type="submit" look="primary" isPending={isPending} disabled={!mayRun}>
        <Play aria-hidden /> Start
      </Button>
      <Button onClick={onSchedule} disabled={!mayRun}>
        <CalendarClock aria-hidden /> Schedule…
      </Button>
      <Button look="ghost" className="ms-auto" onClick={onClear}>
        Clear
      </Button>
      {!mayRun && (
        <p className="w-full text-muted">
          You may look at workflows; to run them takes the role of a member.
        </p>
      )}
    </div>
  );
}

function useStart(template: Template, onStarted: () => void, isToldAtFields: (error: unknown) => boolean) {
  const router = useRouter();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (filled: Filled) =>
      unwrap(api.POST("/api/v1/workflows/execute", { body: { template_id: template.id, ...filled } })),
    onSuccess: ({ execution_id }) => {
      onStarted();
      queries.invalidateQueries({ queryKey: EXECUTIONS });
      router.push(runAddress(execution_id));
    },
    onError: isToldAtFields,
  });
}

"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorBox } from "@/components/ui/error-box";
import { Field, Textarea } from "@/components/ui/field";
import { api, unwrap } from "@/lib/api/client";
import { type Execution, runAddress, type Step, stepTitle } from "../execution";
import { textsOf, withTexts } from "./editing";

interface StepEditorProps {
  run: Execution;
  step: Step;
  output: unknown;
  onClose: () => void;
}

/** Put other words in the place of what a step gave, and do in a new run what follows from them. */
export function StepEditor({ run, step, output, onClose }: StepEditorProps) {
  const [texts, setTexts] = useState(() => textsOf(output));
  const [json, setJson] = useState(() => JSON.stringify(output, null, 2));
  const goOn = useGoOn(run, step);
  const edited = texts ? { value: withTexts(output, texts) } : readable(json);
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Edit “${stepTitle(step)}”`}
      description="A new run takes over all that does not depend on this. This run stays as it is."
      size="large"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            isPending={goOn.isPending}
            disabled={!edited}
            onClick={() => edited && goOn.mutate(edited.value)}
          >
            Continue with this
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {goOn.error && <ErrorBox error={goOn.error} what="It could not go on" />}
        {texts?.map((part, index) => (
          <Field key={part.path.join(".")} label={part.label}>
            {(described) => (
              <Textarea
                {...described}
                value={part.text}
                rows={4}
                className="field-sizing-content max-h-96"
                onChange={(event) => setTexts(texts.with(index, { ...part, text: event.target.value }))}
              />
            )}
          </Field>
        ))}
        {!texts && (
          <Field label="What the step gave, as JSON" error={edited ? undefined : "This is not JSON."}>
            {(described) => (
              <Textarea
                {...described}
                value={json}
                rows={20}
                spellCheck={false}
                className="font-mono text-[0.8125rem]"
                onChange={(event) => setJson(event.target.value)}
              />
            )}
          </Field>
        )}
      </div>
    </Dialog>
  );
}

function readable(json: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(json) };
  } catch {
    return null;
  }
}

function useGoOn(run: Execution, step: Step) {
  const router = useRouter();
  const path = { execution_id: run.execution_id };
  return useMutation({
    mutationFn: (output: unknown) =>
      unwrap(
        api.POST("/api/v1/workflows/executions/{execution_id}/continue", {
          params: { path },
          body: { outputs: { [step.name]: output } },
        }),
      ),
    onSuccess: ({ execution_id }) => router.push(runAddress(execution_id)),
  });
}

"use client";

import { useMutation } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { ErrorBox } from "@/components/ui/error-box";
import { Field, Textarea } from "@/components/ui/field";
import { Markdown } from "@/components/ui/markdown";
import { Time } from "@/components/ui/time";
import { api, unwrap } from "@/lib/api/client";
import { useMay } from "@/lib/api/use-session";
import { type Execution, type Step, stepTitle } from "../execution";
import { TEXT_PARTS } from "../result/text-parts";
import { useSettle } from "../use-settle";

/** A step that waits for a person: what is to be decided, and the decision. */
export function Approval({ run, step }: { run: Execution; step: Step }) {
  const id = useId();
  const [comment, setComment] = useState("");
  const [isAsked, setAsked] = useState(false);
  const mayDecide = useMay("member");
  const decide = useDecide(run, step);
  const title = step.waiting_for?.title ?? stepTitle(step);
  return (
    <section aria-labelledby={id} className="rounded-xl border border-warn/50 bg-surface">
      <header className="rounded-t-xl border-warn/50 border-b bg-warn-soft px-5 py-3">
        <h2 id={id} className="font-semibold text-base">
          {title}
        </h2>
        {step.waiting_for && (
          <p className="text-[0.8125rem] text-muted">
            Waiting since <Time at={step.waiting_for.since} isAbsolute />
            {step.waiting_for.until && (
              <>
                ; without a decision it is rejected on <Time at={step.waiting_for.until} isAbsolute />
              </>
            )}
          </p>
        )}
      </header>
      {step.waiting_for?.details && (
        <div className="px-5 py-4">
          <Markdown text={step.waiting_for.details} components={TEXT_PARTS} className="max-w-prose" />
        </div>
      )}
      <div className="space-y-3 border-line border-t px-5 py-4">
        {decide.error && <ErrorBox error={decide.error} what="The decision was not taken" />}
        <Field label="Comment" hint="It is kept with the decision, and shown in the result.">
          {(described) => (
            <Textarea
              {...described}
              rows={2}
              maxLength={4000}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap gap-2">
          <Button
            look="primary"
            disabled={!mayDecide}
            isPending={decide.isPending}
            onClick={() => decide.mutate({ approved: true, comment })}
          >
            <Check aria-hidden /> Approve
          </Button>
          <Button disabled={!mayDecide || decide.isPending} onClick={() => setAsked(true)}>
            <X aria-hidden /> Reject…
          </Button>
        </div>
      </div>
      <Confirm
        isOpen={isAsked}
        onOpenChange={setAsked}
        title={`Reject “${title.replace(/\?$/, "")}”?`}
        act="Reject"
        onConfirm={() => decide.mutateAsync({ approved: false, comment })}
      >
        {comment
          ? "Your comment is kept with it."
          : "You have written no comment; whoever reads this may want to know why."}
      </Confirm>
    </section>
  );
}

function useDecide(run: Execution, step: Step) {
  const settle = useSettle();
  const path = { execution_id: run.execution_id, name: step.name };
  return useMutation({
    mutationFn: (body: { approved: boolean; comment: string }) =>
      unwrap(
        api.POST("/api/v1/workflows/executions/{execution_id}/steps/{name}/approve", {
          params: { path },
          body,
        }),
      ),
    onSuccess: settle,
  });
}

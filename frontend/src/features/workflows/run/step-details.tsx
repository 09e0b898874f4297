"use client";

import { useMutation } from "@tanstack/react-query";
import { ListRestart, Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toast";
import { $api, api, unwrap } from "@/lib/api/client";
import { useMay } from "@/lib/api/use-session";
import { type Execution, isOver, runAddress, type Step } from "../execution";
import { RawData } from "../result/raw-data";
import { StepEditor } from "./step-editor";

/** What a step was given and gave, its attempts, and how to go on from it in another run. */
export function StepDetails({ run, step }: { run: Execution; step: Step }) {
  const hasValues = step.input_bytes > 0 || step.output_bytes > 0;
  return (
    <div className="space-y-3 border-line border-t bg-canvas px-3 py-3 text-[0.8125rem] sm:ps-9">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <dt className="text-muted">Kind</dt>
        <dd>{step.type.replaceAll("_", " ")}</dd>
        {step.started_at && (
          <>
            <dt className="text-muted">Began</dt>
            <dd>
              <Time at={step.started_at} isAbsolute />
            </dd>
          </>
        )}
      </dl>
      {step.attempts.length > 1 && <Attempts step={step} />}
      {hasValues ? <Values run={run} step={step} /> : <p className="text-muted">It has given nothing.</p>}
      {isOver(run.status) && step.started_at && <GoOn run={run} step={step} />}
    </div>
  );
}

function Attempts({ step }: { step: Step }) {
  return (
    <ol aria-label="Attempts" className="space-y-1">
      {step.attempts.map((attempt) => (
        <li key={attempt.number} className="wrap-anywhere">
          Attempt {attempt.number}, <Time at={attempt.started_at} isAbsolute />:{" "}
          {attempt.outcome ?? "under way"}
          {attempt.error && <span className="text-muted"> ({attempt.error.detail})</span>}
        </li>
      ))}
    </ol>
  );
}

function useStepValues(run: Execution, step: Step) {
  return $api.useQuery("get", "/api/v1/workflows/executions/{execution_id}/steps/{name}", {
    params: { path: { execution_id: run.execution_id, name: step.name } },
  });
}

function Values({ run, step }: { run: Execution; step: Step }) {
  const values = useStepValues(run, step);
  if (values.isPending) {
    return (
      <Loading label="Loading the values">
        <SkeletonRows rows={2} className="p-0" />
      </Loading>
    );
  }
  if (values.isError && !values.data) {
    return <ErrorBox error={values.error} what="The values could not be loaded" onRetry={values.refetch} />;
  }
  return (
    <>
      <RawData label="What it was given" value={values.data.input_data} />
      {step.output_bytes > 0 && <RawData label="What it gave" value={values.data.output_data} />}
    </>
  );
}

function GoOn({ run, step }: { run: Execution; step: Step }) {
  const [isEdited, setEdited] = useState(false);
  const values = useStepValues(run, step);
  const router = useRouter();
  const again = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/workflows/executions/{execution_id}/continue", {
          params: { path: { execution_id: run.execution_id } },
          body: { from_step: step.name },
        }),
      ),
    onSuccess: ({ execution_id }) => router.push(runAddress(execution_id)),
    onError: (error) => toast.failed("It could not be done again from here", error),
  });
  if (!useMay("member")) return null;
  const isEditable = step.status === "completed" && step.type !== "approval" && values.data !== undefined;
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="small" isPending={again.isPending} onClick={() => again.mutate()}>
        <ListRestart aria-hidden /> Do again from here
      </Button>
      {isEditable && (
        <Button size="small" onClick={() => setEdited(true)}>
          <Pencil aria-hidden /> Edit and continue…
        </Button>
      )}
      {isEdited && values.data && (
        <StepEditor run={run} step={step} output={values.data.output_data} onClose={() => setEdited(false)} />
      )}
    </div>
  );
}

"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, ListRestart, OctagonX, Pencil, Repeat, RotateCcw, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { toast } from "@/components/ui/toast";
import { api, unwrap } from "@/lib/api/client";
import { useMay } from "@/lib/api/use-session";
import { type Execution, executionOptions, isOver, runAddress } from "../execution";
import { EXECUTIONS } from "../keys";
import { useSettle } from "../use-settle";

type Question = "cancel" | "delete";

export function RunActions({ run }: { run: Execution }) {
  const router = useRouter();
  const [question, setQuestion] = useState<Question | null>(null);
  const retry = useRetry(run);
  const again = useAgain(run);
  if (!useMay("member")) return null;
  const isAtEnd = isOver(run.status);
  return (
    <>
      {!isAtEnd && (
        <Button size="small" onClick={() => setQuestion("cancel")}>
          <OctagonX aria-hidden /> Cancel…
        </Button>
      )}
      {(run.status === "failed" || run.status === "cancelled") && (
        <Button size="small" look="primary" isPending={retry.isPending} onClick={() => retry.mutate()}>
          <RotateCcw aria-hidden /> Retry
        </Button>
      )}
      {isAtEnd && (
        <Button size="small" isPending={again.isPending} onClick={() => again.mutate()}>
          <Repeat aria-hidden /> Run again
        </Button>
      )}
      <Menu
        trigger={
          <IconButton label="More about this run" size="small">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => router.push(`/workflows/?t=${run.template_id}&from=${run.execution_id}`)}>
          <Pencil aria-hidden /> Change the input and run…
        </MenuItem>
        <MenuItem onSelect={() => router.push("/workflows/?tab=runs")}>
          <ListRestart aria-hidden /> All runs
        </MenuItem>
        {isAtEnd && (
          <>
            <MenuSeparator />
            <MenuItem isDangerous onSelect={() => setQuestion("delete")}>
              <Trash2 aria-hidden /> Delete…
            </MenuItem>
          </>
        )}
      </Menu>
      <Questions run={run} question={question} onAnswered={() => setQuestion(null)} />
    </>
  );
}

interface QuestionsProps {
  run: Execution;
  question: Question | null;
  onAnswered: () => void;
}

function Questions({ run, question, onAnswered }: QuestionsProps) {
  const router = useRouter();
  const queries = useQueryClient();
  const path = { params: { path: { execution_id: run.execution_id } } };
  const settle = useSettle();
  const { queryKey } = executionOptions(run.execution_id);
  const cancel = async () => {
    const after = await unwrap(api.POST("/api/v1/workflows/executions/{execution_id}/cancel", path));
    await settle(after);
  };
  const remove = async () => {
    await unwrap(api.DELETE("/api/v1/workflows/executions/{execution_id}", path));
    router.push("/workflows/?tab=runs");
    queries.removeQueries({ queryKey });
    queries.invalidateQueries({ queryKey: EXECUTIONS });
  };
  return (
    <>
      <Confirm
        isOpen={question === "cancel"}
        onOpenChange={(isOpen) => !isOpen && onAnswered()}
        title={`Cancel “${run.title}”?`}
        act="Cancel the run"
        onConfirm={cancel}
      >
        It ends within seconds. What is done until then is kept, and it can be taken up again.
      </Confirm>
      <Confirm
        isOpen={question === "delete"}
        onOpenChange={(isOpen) => !isOpen && onAnswered()}
        title={`Delete this run of “${run.title}”?`}
        act="Delete"
        onConfirm={remove}
      >
        Its input, its result and its files are gone for everybody. The documents that it has read stay.
      </Confirm>
    </>
  );
}

/** On from the step that it failed in. */
function useRetry(run: Execution) {
  const settle = useSettle();
  const path = { execution_id: run.execution_id };
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/workflows/executions/{execution_id}/retry", { params: { path } })),
    onSuccess: settle,
    onError: (error) => toast.failed("The run could not be taken up again", error),
  });
}

/** A new run of the template as it is now. */
function useAgain(run: Execution) {
  const router = useRouter();
  const queries = useQueryClient();
  const body = { template_id: run.template_id, input_data: run.input_data as Record<string, unknown> };
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/workflows/execute", { body })),
    onSuccess: ({ execution_id }) => {
      queries.invalidateQueries({ queryKey: EXECUTIONS });
      router.push(runAddress(execution_id));
    },
    onError: (error) => toast.failed("The workflow could not be run again", error),
  });
}

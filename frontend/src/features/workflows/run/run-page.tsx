"use client";

import { Workflow } from "lucide-react";
import Link from "next/link";
import { Page } from "@/components/shell/page";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { id as idParam, useUrlState } from "@/lib/url-state";
import { lookOfRun } from "../execution-status";
import { useExecution } from "../use-execution";
import { RunActions } from "./run-actions";
import { RunView } from "./run-view";

const PARAMS = { id: idParam() };

export function RunPage() {
  const [{ id }] = useUrlState(PARAMS);
  return id ? <Run key={id} id={id} /> : <NoRun />;
}

function Run({ id }: { id: string }) {
  const { execution, stream } = useExecution(id);
  const run = execution.data;
  return (
    <Page
      title={run?.title ?? "Run"}
      summary={run && <Status look={lookOfRun(run)} />}
      actions={run && <RunActions run={run} />}
    >
      {execution.isPending && (
        <Loading label="Loading the run">
          <SkeletonRows />
        </Loading>
      )}
      {execution.isError && (
        <ErrorBox
          error={execution.error}
          what="The run could not be loaded"
          onRetry={execution.refetch}
          className="mb-4"
        />
      )}
      {run && <RunView run={run} stream={stream} />}
    </Page>
  );
}

function NoRun() {
  return (
    <Page title="Run">
      <Empty
        icon={Workflow}
        title="No run is chosen"
        actions={
          <Button asChild look="primary">
            <Link href="/workflows/?tab=runs">Show the runs</Link>
          </Button>
        }
      />
    </Page>
  );
}

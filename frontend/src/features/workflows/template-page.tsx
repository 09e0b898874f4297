"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { Page } from "@/components/shell/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import type { FormValues } from "@/features/json-form/schema";
import { isRecord } from "@/features/json-form/values";
import { $api } from "@/lib/api/client";
import { id as idParam, useUrlState } from "@/lib/url-state";
import { executionOptions } from "./execution";
import { TemplateAside } from "./template-aside";
import { TemplateForm } from "./template-form";

/** `from`: the run whose input is taken over. */
const PARAMS = { from: idParam() };

export function TemplatePage({ id }: { id: string }) {
  const [{ from }] = useUrlState(PARAMS);
  const template = $api.useQuery("get", "/api/v1/workflows/templates/{template_id}", {
    params: { path: { template_id: id } },
  });
  const origin = useQuery({ ...executionOptions(from ?? ""), enabled: from !== null });
  const isWaiting = template.isPending || (from !== null && origin.isPending);
  return (
    <Page
      title={template.data?.title ?? "Workflow"}
      summary={template.data && !template.data.is_public && <Badge tone="info">Your firm's</Badge>}
      actions={
        <Button asChild look="ghost" size="small">
          <Link href="/workflows/">
            <ArrowLeft aria-hidden /> All workflows
          </Link>
        </Button>
      }
    >
      {isWaiting && (
        <Loading label="Loading the workflow">
          <SkeletonRows />
        </Loading>
      )}
      {template.isError && !template.data && (
        <ErrorBox error={template.error} what="The workflow could not be loaded" onRetry={template.refetch} />
      )}
      {template.data && !isWaiting && (
        <div className="mx-auto grid max-w-6xl gap-8 xl:grid-cols-[minmax(0,1fr)_20rem]">
          <div className="min-w-0 space-y-6">
            {origin.isError && (
              <ErrorBox
                error={origin.error}
                what="The run to take over from could not be loaded"
                onRetry={origin.refetch}
              />
            )}
            <p className="max-w-prose text-muted">{template.data.description}</p>
            <TemplateForm template={template.data} given={inputOf(origin.data?.input_data)} />
          </div>
          <TemplateAside template={template.data} />
        </div>
      )}
    </Page>
  );
}

function inputOf(value: unknown): FormValues | null {
  return isRecord(value) ? value : null;
}

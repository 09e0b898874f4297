"use client";

import { useQueries } from "@tanstack/react-query";
import Link from "next/link";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { AnalysisState } from "@/features/documents/view/analysis-state";
import { ANALYSIS_NAMES } from "@/features/documents/view/analysis-types";
import { $api, type Schemas } from "@/lib/api/client";
import { plural } from "@/lib/format";
import { MOST_DOCUMENTS } from "./about";
import { ResultRow, Results } from "./results";

const EACH = 20;

function analysesOptions(documentId: string) {
  return $api.queryOptions("get", "/api/v1/documents/{document_id}/analyses", {
    params: { path: { document_id: documentId }, query: { limit: EACH } },
  });
}

/** What was found in these documents, the newest first. */
export function Analyses({ documentIds }: { documentIds: readonly string[] }) {
  const asked = documentIds.slice(0, MOST_DOCUMENTS);
  const queries = useQueries({ queries: asked.map(analysesOptions) });
  const failed = queries.find(({ isError }) => isError);
  const analyses = queries
    .flatMap(({ data }) => data?.items ?? [])
    .sort((one, other) => other.created_at.localeCompare(one.created_at));
  const isPending = queries.some((query) => query.isPending);
  return (
    <Results title="Analyses">
      {failed && (
        <ErrorBox error={failed.error} what="Some analyses could not be loaded" onRetry={failed.refetch} />
      )}
      {isPending && (
        <Loading label="Loading the analyses">
          <SkeletonRows rows={3} />
        </Loading>
      )}
      {!isPending && analyses.length === 0 && (
        <p className="text-muted">None of these documents was analysed yet.</p>
      )}
      <ul className="space-y-2">
        {analyses.map((analysis) => (
          <AnalysisRow key={analysis.id} analysis={analysis} />
        ))}
      </ul>
      {documentIds.length > asked.length && (
        <p className="text-[0.8125rem] text-muted">
          Of the first {asked.length} of {plural(documentIds.length, "document")}.
        </p>
      )}
    </Results>
  );
}

function AnalysisRow({ analysis }: { analysis: Schemas["AnalysisListed"] }) {
  const address = new URLSearchParams({
    id: analysis.document_id,
    tab: "analyses",
    analysis: analysis.id,
  });
  return (
    <ResultRow
      title={
        <Link href={`/documents/?${address}`} className="text-accent-text hover:underline">
          {ANALYSIS_NAMES[analysis.analysis_type]}
        </Link>
      }
      when={<Time at={analysis.created_at} />}
      about={analysis.document_title}
    >
      <AnalysisState analysis={analysis} />
    </ResultRow>
  );
}

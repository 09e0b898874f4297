"use client";

import { ScanSearch } from "lucide-react";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { MoreButton } from "@/components/ui/more-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { $api, type Schemas } from "@/lib/api/client";
import { useMay } from "@/lib/api/use-session";
import { AddressLink } from "../address-link";
import type { DocumentOut } from "../documents-cache";
import { AnalysisState } from "./analysis-state";
import { ANALYSIS_NAMES } from "./analysis-types";
import { AskForAnalysis } from "./ask-for-analysis";

export function AnalysesList({ document }: { document: DocumentOut }) {
  const mayAsk = useMay("member");
  const query = $api.useInfiniteQuery(
    "get",
    "/api/v1/documents/{document_id}/analyses",
    { params: { path: { document_id: document.id }, query: { limit: 50 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const analyses = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="space-y-4 p-4">
      {mayAsk && <AskForAnalysis document={document} />}
      {query.isError && (
        <ErrorBox error={query.error} what="The analyses could not be loaded" onRetry={query.refetch} />
      )}
      {query.isPending && (
        <Loading label="Loading the analyses">
          <SkeletonRows rows={4} />
        </Loading>
      )}
      {query.isSuccess && analyses.length === 0 && (
        <Empty icon={ScanSearch} title="Not analysed yet" className="py-8">
          An analysis lists parties, dates, terms, clauses and risks, each with the words of the document that
          it stands on.
        </Empty>
      )}
      <ol className="space-y-2">
        {analyses.map((analysis) => (
          <AnalysisItem key={analysis.id} analysis={analysis} />
        ))}
      </ol>
      <MoreButton list={query}>Show older ones</MoreButton>
    </div>
  );
}

function AnalysisItem({ analysis }: { analysis: Schemas["AnalysisListed"] }) {
  return (
    <li className="rounded-lg border border-line bg-surface p-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <AddressLink
          to={{ analysis: analysis.id, tab: "analyses" }}
          className="font-medium text-accent-text hover:underline"
        >
          {ANALYSIS_NAMES[analysis.analysis_type]}
        </AddressLink>
        <span className="text-[0.8125rem] text-muted">
          <Time at={analysis.created_at} />
        </span>
      </div>
      {analysis.questions.length > 0 && (
        <p className="line-clamp-2 text-[0.8125rem] text-muted">{analysis.questions.join(" · ")}</p>
      )}
      <div className="mt-1">
        <AnalysisState analysis={analysis} />
      </div>
    </li>
  );
}

"use client";

import { ArrowLeft } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { $api, type Schemas } from "@/lib/api/client";
import { formatMoney, plural } from "@/lib/format";
import { useAddress } from "../address";
import { AnalysisFindings } from "./analysis-findings";
import { AnalysisState } from "./analysis-state";
import { ANALYSIS_NAMES } from "./analysis-types";

const LOOK_AGAIN_MS = 5000; // besides the stream, which tells only whoever began it

export function AnalysisView({ documentId, analysisId }: { documentId: string; analysisId: string }) {
  const [, setAddress] = useAddress();
  const query = $api.useQuery(
    "get",
    "/api/v1/documents/{document_id}/analyses/{analysis_id}",
    { params: { path: { document_id: documentId, analysis_id: analysisId } } },
    { refetchInterval: ({ state }) => (isOver(state.data) ? false : LOOK_AGAIN_MS) },
  );
  return (
    <div className="space-y-5 p-4">
      <Button size="small" onClick={() => setAddress({ analysis: null })}>
        <ArrowLeft aria-hidden /> All analyses
      </Button>
      {query.isPending && (
        <Loading label="Loading the analysis">
          <SkeletonRows rows={8} />
        </Loading>
      )}
      {query.isError && (
        <ErrorBox error={query.error} what="The analysis could not be loaded" onRetry={query.refetch} />
      )}
      {query.data && (
        <>
          <Summary analysis={query.data} />
          {query.data.result && <AnalysisFindings result={query.data.result} />}
        </>
      )}
    </div>
  );
}

function isOver(analysis: Schemas["AnalysisOut"] | undefined): boolean {
  return analysis !== undefined && analysis.status !== "pending" && analysis.status !== "running";
}

function Summary({ analysis }: { analysis: Schemas["AnalysisOut"] }) {
  const { usage, method, model } = analysis;
  const cost = usage.cost_usd === null ? "" : `, ${formatMoney(usage.cost_usd)}`;
  return (
    <header className="space-y-1.5">
      <h2 className="font-semibold text-base">{ANALYSIS_NAMES[analysis.analysis_type]}</h2>
      <p className="text-[0.8125rem] text-muted">
        Asked for <Time at={analysis.created_at} />.{" "}
        {method === "rules"
          ? "Found by usual words, without a language model."
          : `By ${model}: ${plural(usage.total_tokens, "token")}${cost}.`}
      </p>
      <AnalysisState analysis={analysis} />
    </header>
  );
}

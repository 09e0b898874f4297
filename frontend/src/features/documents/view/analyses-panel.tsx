"use client";

import { useAddress } from "../address";
import type { DocumentOut } from "../documents-cache";
import { AnalysesList } from "./analyses-list";
import { AnalysisView } from "./analysis-view";

export function AnalysesPanel({ document }: { document: DocumentOut }) {
  const [{ analysis }] = useAddress();
  return analysis ? (
    <AnalysisView key={analysis} documentId={document.id} analysisId={analysis} />
  ) : (
    <AnalysesList document={document} />
  );
}

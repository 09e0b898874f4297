import type { Schemas } from "@/lib/api/client";

type AnalysisType = Schemas["AnalysisType"];

export const ANALYSIS_NAMES: Record<AnalysisType, string> = {
  general: "General analysis",
  contract: "Contract",
  case_law: "Judgment",
  statute: "Statute",
  brief: "Brief",
  risk: "Risks",
};

const HINTS: Record<AnalysisType, string> = {
  general: "What it is, who and when, and what matters",
  contract: "Parties, terms, clauses, what is missing",
  case_law: "Facts, questions, holding, authorities",
  statute: "What it demands, of whom, from when",
  brief: "Arguments and the authorities for them",
  risk: "What may go wrong, and how badly",
};

export const ANALYSIS_OPTIONS = Object.entries(ANALYSIS_NAMES).map(([value, label]) => ({
  value: value as AnalysisType,
  label,
  hint: HINTS[value as AnalysisType],
}));

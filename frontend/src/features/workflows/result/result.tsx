"use client";

import { FileCheck2 } from "lucide-react";
import { useState } from "react";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { $api } from "@/lib/api/client";
import { formatBytes } from "@/lib/format";
import { oneOf, useUrlState } from "@/lib/url-state";
import type { Execution } from "../execution";
import { Files } from "./files";
import { findingsOf, type Paper, paperOf, paperSteps, type Source, sourcesOf } from "./paper";
import { PaperView } from "./paper-view";
import { RawData } from "./raw-data";
import { Sources } from "./sources";
import { ValueView } from "./value-view";

const VIEWS = ["paper", "findings", "sources"] as const;
type View = (typeof VIEWS)[number];
const PARAMS = { view: oneOf(VIEWS, null) };

export function Result({ run }: { run: Execution }) {
  const [{ view }, setAddress] = useUrlState(PARAMS);
  const [asked, setAsked] = useState<number | null>(null);
  const { papers, isPending, problem, refetch } = usePapers(run);
  const sources = sourcesOf(run.output_data);
  const findings = findingsOf(run.output_data);
  const tabs: { value: View; label: string }[] = [];
  if (papers.length > 0) tabs.push({ value: "paper", label: "Result" });
  if (Object.keys(findings).length > 0) tabs.push({ value: "findings", label: "Findings" });
  if (sources.length > 0) tabs.push({ value: "sources", label: `Sources (${sources.length})` });
  const shown = tabs.find(({ value }) => value === view) ?? tabs[0];
  return (
    <section aria-label="Result" className="space-y-4">
      <Files run={run} />
      {problem && <ErrorBox error={problem} what="The result could not be loaded" onRetry={refetch} />}
      {isPending && (
        <Loading label="Loading the result">
          <SkeletonRows />
        </Loading>
      )}
      {!isPending && !shown && <NothingToShow run={run} />}
      {!isPending && shown && (
        <Tabs
          label="Result"
          value={shown.value}
          onChange={(next) => {
            setAsked(null);
            setAddress({ view: next });
          }}
          tabs={tabs}
          className="rounded-xl border border-line bg-surface"
        >
          <Panels
            papers={papers}
            sources={sources}
            findings={findings}
            asked={asked}
            onSource={(n) => {
              setAsked(n);
              setAddress({ view: "sources" }, { history: "push" });
            }}
          />
        </Tabs>
      )}
      {run.output_data !== null && <RawData label="The whole result" value={run.output_data} />}
    </section>
  );
}

interface PanelsProps {
  papers: readonly Paper[];
  sources: readonly Source[];
  findings: Record<string, unknown>;
  /** The number of the source that was gone to. */
  asked: number | null;
  onSource: (n: number) => void;
}

function Panels({ papers, sources, findings, asked, onSource }: PanelsProps) {
  return (
    <>
      <TabPanel value="paper" className="space-y-10 p-5 desk:p-8">
        {papers.map((paper) => (
          <PaperView key={paper.title} paper={paper} sources={sources} onSource={onSource} />
        ))}
      </TabPanel>
      <TabPanel value="findings" className="p-5">
        <ValueView value={findings} />
      </TabPanel>
      <TabPanel value="sources" className="p-5">
        <Sources sources={sources} asked={asked} />
      </TabPanel>
    </>
  );
}

function NothingToShow({ run }: { run: Execution }) {
  return (
    <Empty icon={FileCheck2} title="It is completed">
      {run.output_bytes > 0
        ? `Its result has ${formatBytes(run.output_bytes)} and is too big to be shown here.`
        : "It has no result to show."}
    </Empty>
  );
}

/** What the files are made of; steps whose input was too big for the run's own answer are asked for. */
function usePapers(run: Execution) {
  const steps = paperSteps(run);
  const first = steps.find(({ input_data }) => input_data === null);
  const whole = $api.useQuery(
    "get",
    "/api/v1/workflows/executions/{execution_id}/steps/{name}",
    { params: { path: { execution_id: run.execution_id, name: first?.name ?? "" } } },
    { enabled: first !== undefined },
  );
  const given = steps.map((step) => step.input_data ?? (step === first ? whole.data?.input_data : null));
  return {
    papers: given.map(paperOf).filter((paper) => paper !== null),
    isPending: first !== undefined && whole.isPending,
    problem: whole.data ? null : whole.error,
    refetch: whole.refetch,
  };
}

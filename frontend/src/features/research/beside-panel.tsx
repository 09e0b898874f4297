"use client";

import dynamic from "next/dynamic";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import type { ResultsPanelProps } from "./results/results-panel";
import { ViewerPanel, type ViewerPanelProps } from "./viewer-panel";

const ResultsPanel = dynamic(() => import("./results/results-panel"), {
  ssr: false,
  loading: () => (
    <Loading label="Loading the results">
      <SkeletonRows rows={4} />
    </Loading>
  ),
});

const TABS = [
  { value: "source", label: "Source" },
  { value: "results", label: "Results" },
] as const;
const PANEL = "min-h-0 flex-1";

interface BesidePanelProps extends ViewerPanelProps, Omit<ResultsPanelProps, "openId"> {
  shown: "source" | "results";
  onShow: (shown: "source" | "results") => void;
}

/** Beside the chat: the source of a citation, or what else was made from the documents. */
export default function BesidePanel({ conversationId, used, shown, onShow, ...viewer }: BesidePanelProps) {
  return (
    <Tabs
      label="Beside the chat"
      value={shown}
      onChange={onShow}
      tabs={TABS}
      className="flex h-full min-h-0 flex-col"
    >
      <TabPanel value="source" className={PANEL}>
        <ViewerPanel {...viewer} />
      </TabPanel>
      <TabPanel value="results" className={PANEL}>
        <ResultsPanel conversationId={conversationId} used={used} openId={viewer.documentId} />
      </TabPanel>
    </Tabs>
  );
}

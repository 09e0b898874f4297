"use client";

import dynamic from "next/dynamic";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import type { NotesPanelProps } from "./notes/notes-panel";
import type { ResultsPanelProps } from "./results/results-panel";
import { useTabFocus } from "./use-tab-focus";
import { ViewerPanel, type ViewerPanelProps } from "./viewer-panel";

const NotesPanel = dynamic(() => import("./notes/notes-panel"), {
  ssr: false,
  loading: () => (
    <Loading label="Loading the notes">
      <SkeletonRows rows={4} />
    </Loading>
  ),
});

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
  { value: "notes", label: "Notes" },
  { value: "results", label: "Results" },
] as const;
const PANEL = "min-h-0 flex-1";

type Shown = (typeof TABS)[number]["value"];

interface BesidePanelProps
  extends ViewerPanelProps,
    Omit<ResultsPanelProps, "openId">,
    Pick<NotesPanelProps, "noteId"> {
  shown: Shown;
  onShow: (shown: Shown) => void;
  calls: number;
}

/** Beside the chat: the source of a citation, what was kept of the conversation, what else was made of the documents. */
export default function BesidePanel({
  conversationId,
  used,
  noteId,
  shown,
  onShow,
  calls,
  ...viewer
}: BesidePanelProps) {
  const box = useTabFocus(shown, calls);
  return (
    <div ref={box} className="h-full">
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
        <TabPanel value="notes" className={PANEL}>
          <NotesPanel key={conversationId} conversationId={conversationId} noteId={noteId} />
        </TabPanel>
        <TabPanel value="results" className={PANEL}>
          <ResultsPanel conversationId={conversationId} used={used} openId={viewer.documentId} />
        </TabPanel>
      </Tabs>
    </div>
  );
}

"use client";

import { TabPanel, Tabs } from "@/components/ui/tabs";
import { useAddress, type ViewTab } from "../address";
import type { DocumentOut } from "../documents-cache";
import { AnalysesPanel } from "./analyses-panel";
import { ContentsPanel } from "./contents-panel";
import { DocumentPane } from "./document-pane";
import { HistoryPanel } from "./history-panel";
import { OverviewPanel } from "./overview-panel";
import { SearchPanel } from "./search-panel";
import { useIsWide } from "./use-is-wide";

const TABS: readonly { value: ViewTab; label: string }[] = [
  { value: "overview", label: "Overview" },
  { value: "search", label: "Search" },
  { value: "contents", label: "Contents" },
  { value: "analyses", label: "Analyses" },
  { value: "history", label: "History" },
];
const PAGES = { value: "document", label: "Pages" } as const;
const PANEL = "min-h-0 flex-1 overflow-y-auto";

/** What is said about the document; where it is narrow the document too. */
export function DocumentTabs({ document, className }: { document: DocumentOut; className: string }) {
  const [{ tab, q, page, quote }, setAddress] = useAddress();
  const isWide = useIsWide();
  const first = firstTab({ isWide, isSearched: q !== "", isAtPage: page > 1 || quote !== "" });
  const shown = tab === "document" && isWide ? first : (tab ?? first);
  return (
    <Tabs
      label="About the document"
      value={shown}
      onChange={(next) => setAddress({ tab: next })}
      tabs={isWide ? TABS : [PAGES, ...TABS]}
      className={className}
    >
      <TabPanel value="overview" className={PANEL}>
        <OverviewPanel document={document} />
      </TabPanel>
      <TabPanel value="search" className={PANEL}>
        <SearchPanel documentId={document.id} />
      </TabPanel>
      <TabPanel value="contents" className={PANEL}>
        <ContentsPanel document={document} />
      </TabPanel>
      <TabPanel value="analyses" className={PANEL}>
        <AnalysesPanel document={document} />
      </TabPanel>
      <TabPanel value="history" className={PANEL}>
        <HistoryPanel documentId={document.id} />
      </TabPanel>
      {!isWide && (
        <TabPanel value="document" className="min-h-0 flex-1 overflow-hidden">
          <DocumentPane document={document} />
        </TabPanel>
      )}
    </Tabs>
  );
}

/** Of an address that names no tab. */
function firstTab(given: { isWide: boolean; isSearched: boolean; isAtPage: boolean }): ViewTab {
  if (given.isAtPage && !given.isWide) return "document";
  return given.isSearched ? "search" : "overview";
}

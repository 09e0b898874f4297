"use client";

import dynamic from "next/dynamic";
import { Page } from "@/components/shell/page";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { id, oneOf, useUrlState } from "@/lib/url-state";
import { usePreload } from "@/lib/when-idle";
import { Gallery } from "./gallery";
import { RunsList } from "./runs-list";
import { Schedules } from "./schedules";

const loadTemplate = () => import("./template-page").then(({ TemplatePage }) => TemplatePage);
const TemplatePage = dynamic(loadTemplate, {
  ssr: false,
  loading: () => (
    <Page title="Workflow">
      <Loading label="Loading the workflow">
        <SkeletonRows />
      </Loading>
    </Page>
  ),
});

const PARAMS = { t: id(), tab: oneOf(["templates", "runs", "schedules"], "templates") };
const TABS = [
  { value: "templates", label: "Templates" },
  { value: "runs", label: "Runs" },
  { value: "schedules", label: "Schedules" },
] as const;

export function WorkflowsPage() {
  const [{ t, tab }, setAddress] = useUrlState(PARAMS);
  usePreload(loadTemplate);
  if (t) return <TemplatePage key={t} id={t} />;
  return (
    <Page title="Workflows" className="p-0 desk:p-0">
      <Tabs
        label="Workflows"
        value={tab}
        onChange={(next) => setAddress({ tab: next }, { history: "push" })}
        tabs={TABS}
        className="desk:[&>[role=tablist]]:px-4"
      >
        <TabPanel value="templates" className="p-4 desk:p-6">
          <Gallery />
        </TabPanel>
        <TabPanel value="runs" className="p-4 desk:p-6">
          <RunsList />
        </TabPanel>
        <TabPanel value="schedules" className="p-4 desk:p-6">
          <Schedules />
        </TabPanel>
      </Tabs>
    </Page>
  );
}

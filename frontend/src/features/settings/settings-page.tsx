"use client";

import dynamic from "next/dynamic";
import { useEffect } from "react";
import { Page } from "@/components/shell/page";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { useMay, useMe } from "@/lib/api/use-session";
import { oneOf, useUrlState } from "@/lib/url-state";
import { LeaveGuard, useLeave } from "./leave-guard";
import { ProfileTab } from "./profile-tab";

const loading = () => (
  <Loading label="Loading the settings">
    <SkeletonRows />
  </Loading>
);
const SecurityTab = dynamic(() => import("./security-tab"), { ssr: false, loading });
const MembersTab = dynamic(() => import("./members-tab"), { ssr: false, loading });
const KeysTab = dynamic(() => import("./keys-tab"), { ssr: false, loading });
const FirmTab = dynamic(() => import("./firm-tab"), { ssr: false, loading });
const AuditTab = dynamic(() => import("./audit-tab"), { ssr: false, loading });
const DataTab = dynamic(() => import("./data-tab"), { ssr: false, loading });

const TABS = [
  { value: "profile", label: "Profile", isForAdmins: false },
  { value: "security", label: "Security", isForAdmins: false },
  { value: "members", label: "Members", isForAdmins: false },
  { value: "keys", label: "API keys", isForAdmins: true },
  { value: "firm", label: "Firm", isForAdmins: false },
  { value: "audit", label: "Audit record", isForAdmins: true },
  { value: "data", label: "Your data", isForAdmins: false },
] as const;
type Tab = (typeof TABS)[number]["value"];

const PARAMS = {
  tab: oneOf(
    TABS.map(({ value }) => value),
    "profile",
  ),
};

const NEAREST = { block: "nearest", inline: "nearest" } as const;

export function SettingsPage() {
  return (
    <LeaveGuard>
      <Page title="Settings" className="p-0 desk:p-0">
        <Settings />
      </Page>
    </LeaveGuard>
  );
}

function Settings() {
  const [{ tab }, setAddress] = useUrlState(PARAMS);
  const me = useMe();
  const isAdmin = useMay("admin");
  const leave = useLeave();
  const isLoaded = me.data !== undefined;
  useEffect(() => {
    if (isLoaded) document.querySelector(`#main [role=tab][id$="-${tab}"]`)?.scrollIntoView(NEAREST);
  }, [tab, isLoaded]);
  if (me.isError && !me.data) {
    return (
      <ErrorBox
        error={me.error}
        what="Your settings could not be loaded"
        onRetry={me.refetch}
        className="m-4"
      />
    );
  }
  if (!me.data) return loading();
  const tabs = TABS.filter((one) => isAdmin || !one.isForAdmins);
  const shown = tabs.some(({ value }) => value === tab);
  return (
    <Tabs<Tab>
      label="Settings"
      value={tab}
      onChange={(next) => leave(() => setAddress({ tab: next }, { history: "push" }))}
      tabs={tabs}
      className="[&>[role=tablist]]:desk:px-4"
    >
      {!shown && <p className="p-6 text-muted">Only administrators of the firm see this; ask one.</p>}
      {shown && (
        <TabPanel value={tab} className="mx-auto max-w-4xl space-y-5 p-4 desk:p-6">
          <TabContent tab={tab} />
        </TabPanel>
      )}
    </Tabs>
  );
}

function TabContent({ tab }: { tab: Tab }) {
  switch (tab) {
    case "profile":
      return <ProfileTab />;
    case "security":
      return <SecurityTab />;
    case "members":
      return <MembersTab />;
    case "keys":
      return <KeysTab />;
    case "firm":
      return <FirmTab />;
    case "audit":
      return <AuditTab />;
    case "data":
      return <DataTab />;
  }
}

"use client";

import { useSyncExternalStore } from "react";
import { Page } from "@/components/shell/page";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { useFirm, useMay, useMe } from "@/lib/api/use-session";
import { scopesFor } from "./job-filter";
import { JobsBoard } from "./jobs-board";

const nothing = () => () => {};
const yes = () => true;
const no = () => false;

/** Waits for who reads it: whose jobs there are to see depends on it. */
export function JobsPage() {
  const { data: me } = useMe();
  const firm = useFirm();
  const isAdmin = useMay("admin");
  const mayAct = useMay("member");
  const isHydrated = useSyncExternalStore(nothing, yes, no); // the page as it was built knows no reader
  if (!isHydrated || !me || (!firm && !me.is_superuser)) {
    return (
      <Page title="Jobs">
        <Loading label="Loading the jobs">
          <SkeletonRows />
        </Loading>
      </Page>
    );
  }
  return <JobsBoard scopes={scopesFor({ isAdmin, isSuperuser: me.is_superuser })} mayAct={mayAct} />;
}

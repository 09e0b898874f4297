"use client";

import { useMay } from "@/lib/api/use-session";
import { InvitationsSection } from "./invitations-section";
import { MembersSection } from "./members-section";

export default function MembersTab() {
  const isAdmin = useMay("admin");
  return (
    <>
      <MembersSection />
      {isAdmin && <InvitationsSection />}
    </>
  );
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { $api, type Schemas } from "./client";
import { type SessionStatus, session } from "./session";

export function useSessionStatus(): SessionStatus {
  return useSyncExternalStore(session.subscribe, session.status, () => "unknown");
}

/** Put there by every sign-in and renewal; asked for again only when somebody invalidates it. */
export const meOptions = $api.queryOptions(
  "get",
  "/api/v1/auth/me",
  {},
  { staleTime: Number.POSITIVE_INFINITY },
);

export function useMe() {
  const status = useSessionStatus();
  return useQuery({ ...meOptions, enabled: status === "signed-in" });
}

/** The membership that this session acts in: its firm and the role there. */
export function useFirm(): Schemas["MembershipOut"] | undefined {
  return firmOf(useMe().data);
}

function firmOf(me: ReturnType<typeof useMe>["data"]): Schemas["MembershipOut"] | undefined {
  return me?.memberships.find(({ tenant_id }) => tenant_id === session.tenantId());
}

type Role = Schemas["MembershipOut"]["role"];
const RANK: Record<Role, number> = { viewer: 0, member: 1, admin: 2, owner: 3 };

/** Whether the role reaches this far. False until it is known; the API decides in any case. */
export function useMay(role: Role): boolean {
  const { data: me } = useMe();
  const firm = firmOf(me);
  return me?.is_superuser === true || (firm !== undefined && RANK[firm.role] >= RANK[role]);
}

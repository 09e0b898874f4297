import type { Schemas } from "@/lib/api/client";

export type Scope = Schemas["ApiKeyIn"]["scopes"][number];

/** What a key may be allowed to do, by what it is about. */
const SCOPES: Record<string, Partial<Record<Scope, string>>> = {
  Documents: { "documents:read": "Read and search", "documents:write": "Add, change and delete" },
  Research: { "chat:read": "Read conversations", "chat:write": "Ask questions" },
  Workflows: { "workflows:read": "Read workflows and runs", "workflows:write": "Run and change workflows" },
  Jobs: { "jobs:read": "Watch jobs", "jobs:write": "Cancel and repeat jobs" },
  Firm: {
    "tenants:read": "Read the firm and its members",
    "users:read": "Read user profiles",
    "audit:read": "Read the audit record",
  },
};

interface ScopeGroup {
  label: string;
  scopes: readonly { value: Scope; label: string }[];
}

export const SCOPE_GROUPS: readonly ScopeGroup[] = Object.entries(SCOPES).map(([group, scopes]) => ({
  label: group,
  scopes: Object.entries(scopes).map(([value, label]) => ({ value: value as Scope, label })),
}));

export const EXPIRIES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "One year" },
  { value: "never", label: "Never" },
] as const;
export type Expiry = (typeof EXPIRIES)[number]["value"];

const DAY_MS = 86_400_000;

export function expiryDate(expiry: Expiry, now: number = Date.now()): string | null {
  return expiry === "never" ? null : new Date(now + Number(expiry) * DAY_MS).toISOString();
}

import type { Schemas } from "@/lib/api/client";

export type Scope = Schemas["ApiKeyIn"]["scopes"][number];

interface ScopeGroup {
  label: string;
  scopes: readonly { value: Scope; label: string }[];
}

export const SCOPE_GROUPS: readonly ScopeGroup[] = [
  {
    label: "Documents",
    scopes: [
      { value: "documents:read", label: "Read and search" },
      { value: "documents:write", label: "Add, change and delete" },
    ],
  },
  {
    label: "Research",
    scopes: [
      { value: "chat:read", label: "Read conversations" },
      { value: "chat:write", label: "Ask questions" },
    ],
  },
  {
    label: "Workflows",
    scopes: [
      { value: "workflows:read", label: "Read workflows and runs" },
      { value: "workflows:write", label: "Run and change workflows" },
    ],
  },
  {
    label: "Jobs",
    scopes: [
      { value: "jobs:read", label: "Watch jobs" },
      { value: "jobs:write", label: "Cancel and repeat jobs" },
    ],
  },
  {
    label: "Firm",
    scopes: [
      { value: "tenants:read", label: "Read the firm and its members" },
      { value: "users:read", label: "Read user profiles" },
      { value: "audit:read", label: "Read the audit record" },
    ],
  },
];

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

import type { Schemas } from "@/lib/api/client";

export type Role = Schemas["MembershipOut"]["role"];

export const ROLES = [
  { value: "viewer", label: "Viewer", hint: "Reads everything" },
  { value: "member", label: "Member", hint: "Also adds documents, asks, runs workflows" },
  { value: "admin", label: "Administrator", hint: "Also manages members, keys and rules" },
  { value: "owner", label: "Owner", hint: "Also the firm itself" },
] as const satisfies readonly { value: Role; label: string; hint: string }[];

export const roleLabel = (role: Role): string => ROLES.find(({ value }) => value === role)?.label ?? role;

/** Owners alone make owners; the API decides in any case. */
export const rolesToGive = (own: Role | undefined) =>
  ROLES.filter(({ value }) => value !== "owner" || own === "owner");

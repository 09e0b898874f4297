import { FileText, ListChecks, type LucideIcon, MessageSquareQuote, Settings, Workflow } from "lucide-react";

export interface Destination {
  href: string;
  label: string;
  icon: LucideIcon;
  keys: string;
}

export const DESTINATIONS: readonly Destination[] = [
  { href: "/research/", label: "Research", icon: MessageSquareQuote, keys: "g r" },
  { href: "/documents/", label: "Documents", icon: FileText, keys: "g d" },
  { href: "/workflows/", label: "Workflows", icon: Workflow, keys: "g w" },
  { href: "/jobs/", label: "Jobs", icon: ListChecks, keys: "g j" },
  { href: "/settings/", label: "Settings", icon: Settings, keys: "g s" },
];

import {
  CalendarCheck,
  CalendarClock,
  FileSearch,
  Gavel,
  GitCompare,
  type LucideIcon,
  MessageSquareQuote,
  NotebookPen,
  ScrollText,
  ShieldCheck,
  Table2,
  Workflow,
} from "lucide-react";

/** By the name that a template gives; others have a common one. */
const ICONS: Readonly<Record<string, LucideIcon>> = {
  "calendar-check": CalendarCheck,
  "calendar-clock": CalendarClock,
  "file-search": FileSearch,
  "message-square-quote": MessageSquareQuote,
  gavel: Gavel,
  "git-compare": GitCompare,
  "table-2": Table2,
  "notebook-pen": NotebookPen,
  "scroll-text": ScrollText,
  "shield-check": ShieldCheck,
};

export function TemplateIcon({ name }: { name: string }) {
  const Icon = ICONS[name] ?? Workflow;
  return (
    <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-accent-soft text-accent-text">
      <Icon aria-hidden className="size-4.5" />
    </span>
  );
}

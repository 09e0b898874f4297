import type { Job } from "./job-status";

const TYPES: Record<string, string> = {
  "library.ingest": "Read a document",
  "library.remove": "Delete a document",
  "library.analyze": "Analyse a document",
  "research.brief": "Write a brief",
  "research.remember": "Summarise a conversation",
  "workflows.run": "Run a workflow",
  "outbox.deliver": "Deliver a message",
  "identity.mail": "Send a mail",
  "identity.mail_reset": "Send a password-reset mail",
  "identity.mail_verification": "Send an address-confirmation mail",
  "identity.erase": "Erase deleted data",
};

export const JOB_TYPES: readonly string[] = Object.keys(TYPES);

/** What it does, in plain words; of a kind that this build does not know, its own name made readable. */
export function typeWords(type: string): string {
  const known = TYPES[type];
  if (known) return known;
  const words = type.split(/[._]/).join(": ").trim();
  return words ? words[0]?.toUpperCase() + words.slice(1) : "A job";
}

interface SubjectWords {
  label: string;
  /** Where it is looked at; null where there is no page of it. */
  href: string | null;
}

export function subjectWords({ type, id }: Job["subject"]): SubjectWords {
  switch (type) {
    case "document":
      return { label: "Document", href: `/documents/?id=${id}` };
    case "execution":
      return { label: "Workflow run", href: `/workflows/run/?id=${id}` };
    case "conversation":
      return { label: "Conversation", href: `/research/?id=${id}` };
    case "analysis":
      return { label: "Analysis", href: null };
    case "brief":
      return { label: "Brief", href: null };
    case "tenant":
      return { label: "Firm", href: null };
    case "user":
      return { label: "Person", href: null };
    default:
      return {
        label: type ? type[0]?.toUpperCase() + type.slice(1).replaceAll("_", " ") : "Something",
        href: null,
      };
  }
}

/** The end of an id, by which people tell two apart. */
export const shortId = (id: string): string => `…${id.slice(-6)}`;

/** The object of a question: "Read a document (…4f21c9)". */
export const jobName = (job: Pick<Job, "type" | "subject">): string =>
  `${typeWords(job.type)} (${shortId(job.subject.id)})`;

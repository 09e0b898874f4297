"use client";

import Link from "next/link";
import { useEffect, useState } from "react";
import { $api } from "@/lib/api/client";
import { formatDuration } from "@/lib/format";
import type { Job } from "./job-status";
import { subjectWords } from "./job-words";

/** The document by its name, once that is known; what was deleted since is what it was. */
export function NamedSubject({ subject }: { subject: Job["subject"] }) {
  const document = $api.useQuery(
    "get",
    "/api/v1/documents/{document_id}",
    { params: { path: { document_id: subject.id } } },
    { enabled: subject.type === "document" },
  );
  return <SubjectLink subject={subject} name={document.data?.original_filename} />;
}

export function SubjectLink({ subject, name }: { subject: Job["subject"]; name?: string | undefined }) {
  const { label, href } = subjectWords(subject);
  const words = name ?? label;
  if (!href) return <span className="text-muted">{words}</span>;
  return (
    <Link
      href={href}
      className="inline-block min-h-6 text-accent-text underline underline-offset-3 wrap-anywhere"
    >
      {words}
    </Link>
  );
}

/** How long it ran, or has been running. */
export function Duration({ job }: { job: Job }) {
  if (!job.started_at) return "–";
  const started = Date.parse(job.started_at);
  if (job.completed_at) return formatDuration((Date.parse(job.completed_at) - started) / 1000);
  return job.status === "running" ? <Running since={started} /> : "–";
}

function Running({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return formatDuration(Math.max(0, Math.round((now - since) / 1000)));
}

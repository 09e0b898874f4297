"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Time } from "@/components/ui/time";
import { useMay } from "@/lib/api/use-session";
import { formatBytes, formatNumber } from "@/lib/format";
import { LABELS } from "../address";
import { useReprocess } from "../document-actions";
import { kindOf } from "../document-kinds";
import { DocumentState } from "../document-state";
import type { DocumentOut } from "../documents-cache";
import { LABEL_NAMES, LabelBadges, labelsOf } from "../label-badges";
import { Attachments } from "./attachments";
import { ReadingNotes } from "./reading-notes";

export function OverviewPanel({ document }: { document: DocumentOut }) {
  return (
    <div className="space-y-6 p-4 desk:p-5">
      <State document={document} />
      <ReadingNotes document={document} />
      <Facts document={document} />
      <Attachments document={document} />
    </div>
  );
}

function State({ document }: { document: DocumentOut }) {
  const mayChange = useMay("member");
  const reprocess = useReprocess(document);
  return (
    <div className="space-y-3">
      <DocumentState document={document} />
      {document.processing.status === "failed" && mayChange && (
        <Button size="small" isPending={reprocess.isPending} onClick={() => reprocess.mutate()}>
          Read it again
        </Button>
      )}
    </div>
  );
}

function Facts({ document }: { document: DocumentOut }) {
  const { page_count, char_count, chunk_count, language } = document;
  const isLabelled = labelsOf(document).length > 0;
  return (
    <dl className="grid grid-cols-[minmax(6.5rem,auto)_1fr] gap-x-4 gap-y-2.5">
      <Fact name="File">{document.filename}</Fact>
      {document.original_filename !== document.filename && (
        <Fact name="Uploaded as">{document.original_filename}</Fact>
      )}
      <Fact name="Type">{kindOf(document.file_type).label}</Fact>
      <Fact name="Size">{formatBytes(document.file_size)}</Fact>
      {page_count !== null && <Fact name="Pages">{formatNumber(page_count)}</Fact>}
      {char_count !== null && chunk_count !== null && (
        <Fact name="Text">
          {formatNumber(char_count)} characters, searched in {formatNumber(chunk_count)} passages
        </Fact>
      )}
      {language && <Fact name="Language">{languageOf(language)}</Fact>}
      <Fact name="Added">
        <Time at={document.created_at} isAbsolute />
      </Fact>
      <Fact name="Changed">
        <Time at={document.updated_at} isAbsolute />
      </Fact>
      <Fact name="Labels">
        {isLabelled ? (
          <span className="flex flex-wrap gap-1">
            <LabelBadges document={document} />
          </span>
        ) : (
          <span className="text-muted">
            None of {LABELS.map((label) => LABEL_NAMES[label].toLowerCase()).join(", ")}
          </span>
        )}
      </Fact>
      <Fact name="SHA-256">
        <span className="font-mono text-xs">{document.content_hash}</span>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}

const languages = new Intl.DisplayNames("en", { type: "language", fallback: "code" });

function languageOf(code: string): string {
  try {
    return languages.of(code) ?? code;
  } catch {
    return code; // it is no language tag
  }
}

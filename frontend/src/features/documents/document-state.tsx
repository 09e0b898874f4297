"use client";

import { Progress } from "@/components/ui/progress";
import { Status } from "@/components/ui/status";
import { documentStatus, stageInWords } from "./document-status";
import type { DocumentOut } from "./documents-cache";

/** Whether it can be used, how far its reading is, or why it failed. What the text lacks is said with it. */
export function DocumentState({ document, isShort = false }: { document: DocumentOut; isShort?: boolean }) {
  const { status, stage, progress, error } = document.processing;
  const look = documentStatus[status];
  if (status === "processing") {
    return (
      <div className="min-w-0 max-w-72 space-y-1">
        <Status look={{ ...look, label: stageInWords(stage) }} />
        <Progress label={`Reading ${document.title}`} fraction={progress > 0 ? progress : null} />
      </div>
    );
  }
  const text = status === "failed" ? error?.detail : lackOf(document);
  return (
    <Status look={look}>
      {text && (
        <span className={isShort ? "line-clamp-2" : undefined} title={isShort ? text : undefined}>
          {text}
        </span>
      )}
    </Status>
  );
}

function lackOf({ processing, textless_pages, page_count }: DocumentOut): string | null {
  if (processing.status !== "completed" || textless_pages.length === 0) return null;
  return `${textless_pages.length} of ${page_count} pages are pictures without text`;
}

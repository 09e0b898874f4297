"use client";

import { ChevronDown, ChevronUp, RotateCcw, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Progress } from "@/components/ui/progress";
import { plural } from "@/lib/format";
import { PauseNotice } from "./pause-notice";
import { UploadRow } from "./upload-row";
import { inOrder, sentenceOf, summaryOf } from "./uploads-summary";
import { useUploads } from "./use-uploads";

const MOST_SHOWN = 100;

export default function TrayPanel() {
  const { uploads, pausedUntil, retryFailed, clear } = useUploads();
  const [isOpen, setOpen] = useState(true);
  const summary = summaryOf(uploads);
  const sentence = sentenceOf(summary);
  return (
    <aside
      aria-label="Uploads"
      className="fixed inset-x-2 bottom-18 z-30 flex max-h-[min(26rem,60dvh)] animate-appear flex-col rounded-xl border border-line bg-surface shadow-float desk:inset-x-auto desk:end-4 desk:bottom-4 desk:w-96"
    >
      <header className="flex shrink-0 items-center gap-1 py-1.5 ps-4 pe-1.5">
        <h2 className="min-w-0 flex-1 truncate font-medium">{sentence}</h2>
        <IconButton
          size="small"
          label={isOpen ? "Fold the uploads" : "Show the uploads"}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <ChevronDown /> : <ChevronUp />}
        </IconButton>
        {summary.underWay === 0 && (
          <IconButton size="small" label="Close the uploads" onClick={clear}>
            <X />
          </IconButton>
        )}
      </header>
      {summary.underWay > 0 && (
        <Progress label="All uploads" fraction={summary.fraction} className="mx-4 mb-3 shrink-0" />
      )}
      {pausedUntil !== null && <PauseNotice until={pausedUntil} />}
      {isOpen && <Rows />}
      {isOpen && summary.failed > 1 && (
        <footer className="shrink-0 border-line border-t p-2">
          <Button size="small" onClick={retryFailed}>
            <RotateCcw aria-hidden /> Retry the {summary.failed} that failed
          </Button>
        </footer>
      )}
      <p role="status" className="sr-only">
        {summary.underWay === 0 && sentence}
      </p>
    </aside>
  );
}

function Rows() {
  const { uploads } = useUploads();
  const hidden = uploads.length - MOST_SHOWN;
  return (
    <ul className="min-h-0 overflow-y-auto border-line border-t">
      {inOrder(uploads)
        .slice(0, MOST_SHOWN)
        .map((upload) => (
          <UploadRow key={upload.key} upload={upload} />
        ))}
      {hidden > 0 && <li className="px-4 py-2 text-muted">and {plural(hidden, "more file")}</li>}
    </ul>
  );
}

"use client";

import { CircleAlert, RotateCcw, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { Progress } from "@/components/ui/progress";
import { useRetryCountdown } from "@/lib/api/use-retry-countdown";
import { formatBytes, formatCountdown, formatPercent } from "@/lib/format";
import { cancelUpload, currentUploads, NO_UPLOADS, retryUpload, type Upload, watchUploads } from "./uploads";

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(watchUploads, currentUploads, () => NO_UPLOADS);
}

/** The files on their way to the library. */
export function UploadTray() {
  const uploads = useUploads();
  if (uploads.length === 0) return null;
  return (
    <ul
      aria-label="Files on their way"
      className="max-h-56 shrink-0 space-y-2 overflow-y-auto border-line border-b p-3"
    >
      {uploads.map((upload) => (
        <UploadRow key={upload.key} upload={upload} />
      ))}
    </ul>
  );
}

function UploadRow({ upload: { key, file, state, fraction, problem } }: { upload: Upload }) {
  const seconds = useRetryCountdown(problem);
  return (
    <li className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <p className="flex gap-2">
          <span className="truncate">{file.name}</span>
          <span className="ms-auto shrink-0 text-muted tabular-nums">
            {state === "sending"
              ? fraction < 1
                ? formatPercent(fraction)
                : "Being stored"
              : formatBytes(file.size)}
          </span>
        </p>
        {state === "sending" && (
          <Progress label={`Uploading ${file.name}`} fraction={fraction} className="mt-1" />
        )}
        {state === "waiting" && <p className="text-[0.8125rem] text-muted">Waiting</p>}
        {problem && (
          <p role="alert" className="flex gap-1.5 text-[0.8125rem] text-bad">
            <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
            <span>
              {problem.title}. {problem.detail}
              {seconds > 0 && ` It can be sent again in ${formatCountdown(seconds)}.`}
            </span>
          </p>
        )}
      </div>
      {state === "failed" && problem?.isRetryable && (
        <IconButton
          size="small"
          label={`Send ${file.name} again`}
          disabled={seconds > 0}
          onClick={() => retryUpload(key)}
        >
          <RotateCcw aria-hidden />
        </IconButton>
      )}
      <IconButton
        size="small"
        label={state === "failed" ? `Dismiss ${file.name}` : `Cancel ${file.name}`}
        onClick={() => cancelUpload(key)}
      >
        <X aria-hidden />
      </IconButton>
    </li>
  );
}

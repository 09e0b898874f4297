"use client";

import { CircleAlert, CircleCheck, Clock, Copy, RotateCcw, Upload as UploadIcon, X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { Progress } from "@/components/ui/progress";
import { formatBytes, formatPercent } from "@/lib/format";
import { isUnderWay, type Upload } from "./upload-queue";
import { reasonOf } from "./upload-refusal";
import { useUploads } from "./use-uploads";

export function UploadRow({ upload }: { upload: Upload }) {
  const { remove, retry } = useUploads();
  const { key, file, state } = upload;
  return (
    <li className="flex items-start gap-2.5 border-line px-4 py-2 not-first:border-t">
      <StateIcon upload={upload} />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {state.kind === "done" ? (
          <Link
            href={`/documents/?id=${state.document.id}`}
            title={file.name}
            className="line-clamp-1 hover:underline"
          >
            {file.name}
          </Link>
        ) : (
          <span title={file.name} className="line-clamp-1">
            {file.name}
          </span>
        )}
        <Detail upload={upload} />
      </div>
      {state.kind === "failed" && (
        <IconButton size="small" label={`Upload ${file.name} again`} onClick={() => retry(key)}>
          <RotateCcw />
        </IconButton>
      )}
      <IconButton
        size="small"
        label={isUnderWay(state) ? `Cancel ${file.name}` : `Take ${file.name} off the list`}
        onClick={() => remove(key)}
      >
        <X />
      </IconButton>
    </li>
  );
}

function StateIcon({ upload: { state } }: { upload: Upload }) {
  const look = "mt-0.5 size-4 shrink-0";
  if (state.kind === "failed") return <CircleAlert aria-hidden className={`${look} text-bad`} />;
  if (state.kind === "waiting") return <Clock aria-hidden className={`${look} text-muted`} />;
  if (state.kind === "sending") return <UploadIcon aria-hidden className={`${look} text-info`} />;
  if (state.document.duplicate) return <Copy aria-hidden className={`${look} text-warn`} />;
  return <CircleCheck aria-hidden className={`${look} text-good`} />;
}

function Detail({ upload: { file, state } }: { upload: Upload }) {
  const size = formatBytes(file.size);
  if (state.kind === "waiting") return <Small>Waiting · {size}</Small>;
  if (state.kind === "failed") return <Small>{reasonOf(state.problem)}</Small>;
  if (state.kind === "done" && state.document.duplicate) {
    return <Small>In the library already, as “{state.document.filename}”</Small>;
  }
  if (state.kind === "done") return <Small>Uploaded; it is being read</Small>;
  const isSent = state.fraction >= 1;
  return (
    <>
      <Small>{isSent ? "Being checked by the server" : `${formatPercent(state.fraction)} of ${size}`}</Small>
      <Progress label={file.name} fraction={isSent ? null : state.fraction} className="mt-1" />
    </>
  );
}

function Small({ children }: { children: ReactNode }) {
  return <p className="text-[0.8125rem] text-muted">{children}</p>;
}

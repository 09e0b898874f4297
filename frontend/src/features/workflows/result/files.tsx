"use client";

import { useMutation } from "@tanstack/react-query";
import { CalendarPlus, Download, FileSpreadsheet, FileText } from "lucide-react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { api, unwrap } from "@/lib/api/client";
import { formatBytes } from "@/lib/format";
import { saveFile } from "@/lib/save-file";
import type { Execution } from "../execution";

type ResultFile = Execution["files"][number];

export function Files({ run }: { run: Execution }) {
  if (run.files.length === 0) return null;
  return (
    <ul aria-label="Files" className="space-y-2">
      {run.files.map((file) => (
        <FileRow key={file.file_id} executionId={run.execution_id} file={file} />
      ))}
    </ul>
  );
}

function FileRow({ executionId, file }: { executionId: string; file: ResultFile }) {
  const download = useMutation({
    mutationFn: async () => saveFile(await fetchFile(executionId, file), file.filename),
    onError: (error) => toast.failed(`“${file.filename}” could not be downloaded`, error),
  });
  const Icon = iconOf(file.filename);
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-xl border border-line bg-surface px-4 py-3">
      <Icon aria-hidden className="size-5 shrink-0 text-accent-text" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium wrap-anywhere">{file.filename}</p>
        <p className="text-[0.8125rem] text-muted">{formatBytes(file.bytes)}</p>
      </div>
      <Button
        look="primary"
        isPending={download.isPending}
        aria-label={`Download “${file.filename}”`}
        onClick={() => download.mutate()}
      >
        <Download aria-hidden /> Download
      </Button>
    </li>
  );
}

function iconOf(filename: string) {
  if (filename.endsWith(".ics")) return CalendarPlus;
  return filename.endsWith(".xlsx") ? FileSpreadsheet : FileText;
}

async function fetchFile(executionId: string, { file_id }: ResultFile): Promise<Blob> {
  const call = api.GET("/api/v1/workflows/executions/{execution_id}/files/{file_id}", {
    params: { path: { execution_id: executionId, file_id } },
    parseAs: "blob",
  });
  return (await unwrap(call)) as Blob;
}

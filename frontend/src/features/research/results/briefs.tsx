"use client";

import { Ban, CircleAlert, CircleCheck, Clock, Download, LoaderCircle } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Status, type StatusLook } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toast";
import { $api, api, type Schemas, unwrap } from "@/lib/api/client";
import { fileNameOf } from "@/lib/file-name";
import { saveFile } from "@/lib/save-file";
import { isAbout } from "./about";
import { ResultRow, Results } from "./results";

type Brief = Schemas["BriefListed"];

const NEWEST = 100;

const looks = {
  pending: { label: "Waiting", tone: "muted", icon: Clock },
  running: { label: "Being written", tone: "info", icon: LoaderCircle, isMoving: true },
  completed: { label: "Done", tone: "good", icon: CircleCheck },
  failed: { label: "Failed", tone: "bad", icon: CircleAlert },
  cancelled: { label: "Stopped", tone: "muted", icon: Ban },
} satisfies Record<Brief["status"], StatusLook>;

/** The drafts that were written from these documents. */
export function Briefs({ documentIds }: { documentIds: readonly string[] }) {
  const query = $api.useQuery("get", "/api/v1/chat/briefs", { params: { query: { limit: NEWEST } } });
  const briefs = query.data?.items.filter((brief) => isAbout(brief, documentIds)) ?? [];
  return (
    <Results title="Briefs">
      {query.isError && (
        <ErrorBox error={query.error} what="The briefs could not be loaded" onRetry={query.refetch} />
      )}
      {query.isPending && (
        <Loading label="Loading the briefs">
          <SkeletonRows rows={2} />
        </Loading>
      )}
      {query.isSuccess && briefs.length === 0 && (
        <p className="text-muted">
          {query.data.next_cursor
            ? `None of the newest ${NEWEST} briefs is about these documents.`
            : "No brief was written from these documents."}
        </p>
      )}
      <ul className="space-y-2">
        {briefs.map((brief) => (
          <BriefRow key={brief.id} brief={brief} />
        ))}
      </ul>
    </Results>
  );
}

function BriefRow({ brief }: { brief: Brief }) {
  return (
    <ResultRow
      title={brief.title}
      when={<Time at={brief.created_at} />}
      about={brief.legal_issues.join(" · ")}
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Status look={looks[brief.status]}>
          {brief.error?.detail ??
            (Object.keys(brief.stale).length > 0 && "A document that it cites was changed or deleted since.")}
        </Status>
        {brief.status === "completed" && (
          <Button size="small" onClick={() => download(brief)}>
            <Download aria-hidden /> Word
            <span className="sr-only"> file of {brief.title}</span>
          </Button>
        )}
      </div>
    </ResultRow>
  );
}

async function download({ id, title }: Brief): Promise<void> {
  try {
    const blob = await unwrap(
      api.GET("/api/v1/chat/briefs/{brief_id}/export", {
        params: { path: { brief_id: id }, query: { format: "docx" } },
        parseAs: "blob",
      }),
    );
    saveFile(blob as Blob, `${fileNameOf(title, "Brief")}.docx`);
  } catch (error) {
    void toast.failed("The brief could not be downloaded", error);
  }
}

"use client";

import { ArrowLeft, FileX } from "lucide-react";
import type { ReactNode } from "react";
import { Page } from "@/components/shell/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { IconButton } from "@/components/ui/icon-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api } from "@/lib/api/client";
import { useShortcut } from "@/lib/shortcuts";
import { CLOSED, useAddress } from "../address";
import { DocumentMenu } from "../document-menu";
import type { DocumentOut } from "../documents-cache";
import { useLiveDocuments } from "../use-live-documents";
import { DocumentPane } from "./document-pane";
import { DocumentTabs } from "./document-tabs";
import { useIsWide } from "./use-is-wide";

export function DocumentView({ documentId }: { documentId: string }) {
  const [{ inside }, setAddress] = useAddress();
  const close = () => setAddress({ ...CLOSED, ...(!inside && { q: "" }) }, { history: "push" });
  const query = $api.useQuery("get", "/api/v1/documents/{document_id}", {
    params: { path: { document_id: documentId } },
  });
  useLiveDocuments(query.data ? [query.data] : []);
  useShortcut({ keys: "escape", label: "Back to all documents", group: "Document", run: close });
  if (query.data) {
    const error = query.isError && (
      <ErrorBox
        className="m-4"
        error={query.error}
        what="What is shown may be out of date"
        onRetry={query.refetch}
      />
    );
    return (
      <Opened document={query.data} onClose={close}>
        {error}
      </Opened>
    );
  }
  return (
    <Page title="Document" actions={<Button onClick={close}>All documents</Button>}>
      {query.isPending && (
        <Loading label="Loading the document">
          <SkeletonRows rows={8} />
        </Loading>
      )}
      {query.isError && query.error.status === 404 && (
        <Empty icon={FileX} title="This document is not here">
          It was deleted, or it belongs to another firm.
        </Empty>
      )}
      {query.isError && query.error.status !== 404 && (
        <ErrorBox error={query.error} what="The document could not be loaded" onRetry={query.refetch} />
      )}
    </Page>
  );
}

interface OpenedProps {
  document: DocumentOut;
  onClose: () => void;
  children: ReactNode;
}

function Opened({ document, onClose, children }: OpenedProps) {
  const isWide = useIsWide();
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex shrink-0 items-center gap-2 border-line border-b py-2 ps-2 pe-3 desk:min-h-14 desk:ps-4 desk:pe-6">
        <IconButton label="All documents" keys="escape" onClick={onClose}>
          <ArrowLeft />
        </IconButton>
        <h1 className="line-clamp-2 min-w-0 font-semibold text-lg leading-snug wrap-anywhere desk:line-clamp-1">
          {document.title}
        </h1>
        {document.legal_hold && <Badge tone="warn">Legal hold</Badge>}
        <div className="ms-auto flex shrink-0 items-center gap-1">
          <DocumentMenu document={document} onDeleted={onClose} />
        </div>
      </header>
      {children}
      <div className="flex min-h-0 flex-1">
        <DocumentTabs
          document={document}
          className="flex min-h-0 min-w-0 flex-1 flex-col desk:max-w-[34rem] desk:flex-[2]"
        />
        {isWide && (
          <section
            aria-label="The document"
            className="min-h-0 min-w-0 flex-[3] overflow-hidden border-line border-s"
          >
            <DocumentPane document={document} />
          </section>
        )}
      </div>
    </div>
  );
}

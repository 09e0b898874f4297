"use client";

import { FileSearch, FileUp } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { useMay } from "@/lib/api/use-session";
import { NO_FILTERS, useAddress } from "./address";
import { READABLE } from "./document-kinds";
import { UploadButton } from "./upload-button";

export function NoDocuments() {
  const mayUpload = useMay("member");
  if (!mayUpload) {
    return (
      <Empty icon={FileUp} title="No documents yet">
        Your role lets you read. A member of your firm has to upload the first document.
      </Empty>
    );
  }
  return (
    <div className="flex flex-1 p-4 desk:p-6">
      <div className="flex flex-1 items-center justify-center rounded-xl border-2 border-line-strong/50 border-dashed">
        <Empty
          icon={FileUp}
          title="Drop documents here, or whole folders"
          actions={<UploadButton label="Choose files" />}
        >
          <p>{READABLE}.</p>
          <p className="mt-2">They stay on this server, and only your firm sees them.</p>
        </Empty>
      </div>
    </div>
  );
}

export function NoMatches() {
  const [, setAddress] = useAddress();
  return (
    <Empty
      icon={FileSearch}
      title="No document matches"
      actions={<Button onClick={() => setAddress(NO_FILTERS)}>Clear filters</Button>}
    >
      Labels must be the same as a whole; of a name a part is enough. To find words in the documents
      themselves, search in Texts.
    </Empty>
  );
}

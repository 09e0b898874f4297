"use client";

import { FileSearch, FileUp, Search } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Checkbox, Input } from "@/components/ui/field";
import { MoreButton } from "@/components/ui/more-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import { useMay } from "@/lib/api/use-session";
import { isUsed, MOST_CHOSEN, toggled, type Used } from "./selection";
import { SourceRow } from "./source-row";
import { UploadButton } from "./upload-button";
import { UploadTray } from "./upload-tray";
import { isBeingRead, useLibrary, useReadingProgress, useSettled } from "./use-library";

interface SourcesPanelProps {
  used: Used;
  onUse: (used: Used) => void;
  openId: string | null;
  onOpen: (documentId: string) => void;
}

/** The firm's documents, and which of them are asked. */
export function SourcesPanel(props: SourcesPanelProps) {
  const library = useLibrary();
  const mayWrite = useMay("member");
  useReadingProgress(library.documents.some(isBeingRead));
  if (library.isPending) {
    return (
      <Loading label="Loading the documents">
        <SkeletonRows rows={8} />
      </Loading>
    );
  }
  const allIds = library.hasNextPage ? null : library.documents.map(({ id }) => id);
  const isEmpty = library.documents.length === 0;
  return (
    <div className="flex h-full min-h-0 flex-col">
      {library.isError && (
        <ErrorBox
          className="m-3"
          error={library.error}
          what="The documents could not be loaded"
          onRetry={library.refetch}
        />
      )}
      <UploadTray />
      {isEmpty && library.isSuccess && <NoDocuments mayWrite={mayWrite} />}
      {!isEmpty && <Chooser {...props} allIds={allIds} mayWrite={mayWrite} />}
    </div>
  );
}

interface ChooserProps extends SourcesPanelProps {
  /** null while not all are known. */
  allIds: readonly string[] | null;
  mayWrite: boolean;
}

function Chooser({ used, onUse, openId, onOpen, allIds, mayWrite }: ChooserProps) {
  const [typed, setTyped] = useState("");
  const found = useLibrary(useSettled(typed));
  const toggle = (id: string) => {
    const next = toggled(used, id, allIds);
    if (next) onUse(next);
    else toast.info(`At most ${MOST_CHOSEN} documents can be named. Untick all, then tick those you need.`);
  };
  return (
    <>
      <div className="shrink-0 space-y-2 border-line border-b p-3">
        <NameSearch typed={typed} onType={setTyped} />
        <div className="flex flex-wrap items-center gap-2">
          <UseAll used={used} onUse={onUse} total={allIds?.length ?? null} />
          {mayWrite && (
            <span className="ms-auto">
              <UploadButton />
            </span>
          )}
        </div>
      </div>
      <ul aria-label="Documents" className="min-h-0 flex-1 space-y-0.5 overflow-y-auto p-1.5">
        {found.documents.map((document) => (
          <SourceRow
            key={document.id}
            document={document}
            isUsed={isUsed(used, document.id)}
            isOpen={document.id === openId}
            mayWrite={mayWrite}
            onToggle={() => toggle(document.id)}
            onOnly={() => onUse([document.id])}
            onOpen={() => onOpen(document.id)}
          />
        ))}
        {found.hasNextPage && (
          <li className="p-2 text-center">
            <MoreButton list={found} size="small" />
          </li>
        )}
      </ul>
      {found.isSuccess && found.documents.length === 0 && (
        <Empty
          icon={FileSearch}
          title="No document has this name"
          className="py-8"
          actions={<Button onClick={() => setTyped("")}>Clear the search</Button>}
        />
      )}
    </>
  );
}

function NameSearch({ typed, onType }: { typed: string; onType: (typed: string) => void }) {
  return (
    <div className="relative">
      <Search aria-hidden className="absolute start-2.5 top-2.5 size-4 text-faint" />
      <Input
        type="search"
        aria-label="Search the documents by name"
        placeholder="Search by name"
        className="ps-8"
        value={typed}
        onChange={({ target }) => onType(target.value)}
      />
    </div>
  );
}

/** `total`: how many there are; null while not all are known. */
function UseAll({ used, onUse, total }: { used: Used; onUse: (used: Used) => void; total: number | null }) {
  const isAll = used === "all";
  const count = isAll ? "All" : used.length;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox within is one
    <label className="flex items-center gap-2.5 ps-1 text-muted">
      <Checkbox
        checked={isAll ? true : used.length > 0 ? "indeterminate" : false}
        onCheckedChange={() => onUse(isAll ? [] : "all")}
      />
      <span>
        {isAll ? `All${total === null ? "" : ` ${total}`} used` : `${count} of ${total ?? "many"} used`}
      </span>
    </label>
  );
}

function NoDocuments({ mayWrite }: { mayWrite: boolean }) {
  return (
    <Empty
      icon={FileUp}
      title="No documents yet"
      className="m-3 rounded-xl border-2 border-line-strong/50 border-dashed px-4 py-12"
      actions={mayWrite && <UploadButton look="primary" />}
    >
      {mayWrite
        ? "Drop contracts, judgments or letters here: PDF, Word, text, web pages or mail. Answers will quote them page by page."
        : "Someone of your firm who may add documents has to add the first."}
    </Empty>
  );
}

"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, Clock, Ellipsis, LoaderCircle, RotateCcw, SquareCheck } from "lucide-react";
import { Checkbox } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Progress } from "@/components/ui/progress";
import { Status, type StatusLook } from "@/components/ui/status";
import { toast } from "@/components/ui/toast";
import { api, unwrap } from "@/lib/api/client";
import { cn } from "@/lib/cn";
import { formatPercent, plural } from "@/lib/format";
import { isBeingRead, LIBRARY, type LibraryDocument } from "./use-library";

interface SourceRowProps {
  document: LibraryDocument;
  isUsed: boolean;
  isOpen: boolean;
  mayWrite: boolean;
  onToggle: () => void;
  onOnly: () => void;
  onOpen: () => void;
}

export function SourceRow({ document, isUsed, isOpen, mayWrite, onToggle, onOnly, onOpen }: SourceRowProps) {
  const isFailed = document.processing.status === "failed";
  return (
    <li
      className={cn(
        "group flex items-start gap-2.5 rounded-md px-2 py-1.5 hover:bg-hover",
        isOpen && "bg-selected",
      )}
    >
      <Checkbox
        className="mt-0.5"
        checked={isUsed && !isFailed}
        disabled={isFailed}
        onCheckedChange={onToggle}
        aria-label={`Use ${document.title}`}
      />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          onClick={onOpen}
          aria-current={isOpen || undefined}
          title={document.title}
          className="block max-w-full truncate rounded-sm text-start hover:underline"
        >
          {document.title}
        </button>
        <SourceState document={document} />
      </div>
      {isFailed && mayWrite && <ReadAgain document={document} />}
      {!isFailed && <More document={document} onOnly={onOnly} />}
    </li>
  );
}

function ReadAgain({ document }: { document: LibraryDocument }) {
  const queries = useQueryClient();
  const readAgain = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/documents/{document_id}/reprocess", {
          params: { path: { document_id: document.id } },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: LIBRARY }),
    onError: (error) => toast.failed(`“${document.title}” could not be read again`, error),
  });
  return (
    <IconButton
      size="small"
      label={`Read ${document.title} again`}
      disabled={readAgain.isPending}
      onClick={() => readAgain.mutate()}
    >
      <RotateCcw aria-hidden />
    </IconButton>
  );
}

function More({ document, onOnly }: { document: LibraryDocument; onOnly: () => void }) {
  return (
    <Menu
      trigger={
        <IconButton
          size="small"
          label={`More about ${document.title}`}
          className="desk:opacity-0 desk:group-hover:opacity-100 desk:focus-visible:opacity-100 desk:data-[state=open]:opacity-100"
        >
          <Ellipsis aria-hidden />
        </IconButton>
      }
    >
      <MenuItem onSelect={onOnly}>
        <SquareCheck aria-hidden /> Use only this document
      </MenuItem>
    </Menu>
  );
}

const failed: StatusLook = { label: "Could not be read", tone: "bad", icon: CircleAlert };
const waiting: StatusLook = { label: "Waiting to be read", tone: "muted", icon: Clock };

function SourceState({ document }: { document: LibraryDocument }) {
  const { status, stage, progress, error } = document.processing;
  if (status === "failed") return <Status look={failed}>{error?.detail}</Status>;
  if (status === "pending") return <Status look={waiting} className="text-[0.8125rem]" />;
  if (!isBeingRead(document)) return <Facts document={document} />;
  const doing = stage === "indexing" ? "Indexing" : "Reading";
  const look: StatusLook = {
    label: `${doing} ${formatPercent(progress)}`,
    tone: "info",
    icon: LoaderCircle,
    isMoving: true,
  };
  return (
    <>
      <Status look={look} className="text-[0.8125rem]" />
      <Progress label={`${doing} ${document.title}`} fraction={progress} className="mt-1" />
    </>
  );
}

function Facts({ document }: { document: LibraryDocument }) {
  const facts = [
    document.file_type.toUpperCase(),
    document.page_count !== null && plural(document.page_count, "page"),
    document.ocr_pages.length > 0 && `${document.ocr_pages.length} scanned`,
    document.textless_pages.length > 0 && `${document.textless_pages.length} without text`,
  ];
  return <p className="truncate text-[0.8125rem] text-muted">{facts.filter(Boolean).join(" · ")}</p>;
}

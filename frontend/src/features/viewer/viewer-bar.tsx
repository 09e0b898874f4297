"use client";

import {
  ChevronLeft,
  ChevronRight,
  Download,
  FileText,
  FileType,
  TextSearch,
  ZoomIn,
  ZoomOut,
} from "lucide-react";
import { type ReactNode, useId } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { toast } from "@/components/ui/toast";
import type { Schemas } from "@/lib/api/client";
import { saveOriginal } from "./original";
import type { Form } from "./use-open-page";

const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

interface Leafed {
  page: number;
  pages: number;
  onTurn: (page: number) => void;
}

interface Zoomed {
  zoom: number;
  onZoom: (zoom: number) => void;
}

interface Formed {
  form: Form;
  onForm: (form: Form) => void;
}

interface ViewerBarProps {
  document: Schemas["DocumentOut"];
  leafing: Leafed;
  zooming: Zoomed;
  /** null: there is only its text to show. */
  forms: Formed | null;
  onFind: () => void;
  actions?: ReactNode;
}

export function ViewerBar({ document, leafing, zooming, forms, onFind, actions }: ViewerBarProps) {
  const save = () =>
    saveOriginal(document).catch((error) => toast.failed("The file could not be downloaded", error));
  return (
    <header className="flex shrink-0 flex-wrap items-center gap-x-1 gap-y-1 border-line border-b bg-surface px-2 py-1.5">
      <h2 className="w-full min-w-0 truncate px-1 font-medium" title={document.title}>
        {document.title}
      </h2>
      <Leafing {...leafing} />
      <div className="ms-auto flex items-center">
        <IconButton size="small" label="Find in this document" keys="mod+f" onClick={onFind}>
          <TextSearch aria-hidden />
        </IconButton>
        <Zooming {...zooming} />
        {forms && <Forms {...forms} />}
        <IconButton size="small" label="Download the original" onClick={save}>
          <Download aria-hidden />
        </IconButton>
        {actions}
      </div>
    </header>
  );
}

function Forms({ form, onForm }: Formed) {
  const [label, Icon, other] =
    form === "original"
      ? (["Show the text that was read from it", FileType, "text"] as const)
      : (["Show the original page", FileText, "original"] as const);
  return (
    <IconButton size="small" label={label} onClick={() => onForm(other)}>
      <Icon aria-hidden />
    </IconButton>
  );
}

function Zooming({ zoom, onZoom }: Zoomed) {
  const larger = STEPS.find((step) => step > zoom);
  const smaller = STEPS.findLast((step) => step < zoom);
  return (
    <>
      <IconButton size="small" label="Smaller" disabled={!smaller} onClick={() => smaller && onZoom(smaller)}>
        <ZoomOut aria-hidden />
      </IconButton>
      <IconButton size="small" label="Larger" disabled={!larger} onClick={() => larger && onZoom(larger)}>
        <ZoomIn aria-hidden />
      </IconButton>
    </>
  );
}

function Leafing({ page, pages, onTurn }: Leafed) {
  const id = useId();
  return (
    <form
      className="flex items-center gap-1"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = Number(new FormData(event.currentTarget).get("page"));
        if (Number.isInteger(wanted)) onTurn(wanted);
      }}
    >
      <IconButton size="small" label="Page before" disabled={page <= 1} onClick={() => onTurn(page - 1)}>
        <ChevronLeft aria-hidden />
      </IconButton>
      <label htmlFor={id} className="text-muted">
        Page
      </label>
      <input
        key={page}
        id={id}
        name="page"
        defaultValue={page}
        inputMode="numeric"
        autoComplete="off"
        className="h-7 w-11 rounded border border-line-strong bg-surface text-center tabular-nums"
      />
      <span className="whitespace-nowrap text-muted tabular-nums">of {pages}</span>
      <IconButton size="small" label="Next page" disabled={page >= pages} onClick={() => onTurn(page + 1)}>
        <ChevronRight aria-hidden />
      </IconButton>
    </form>
  );
}

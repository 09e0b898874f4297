"use client";

import { FileText, Plus, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { $api } from "@/lib/api/client";
import { plural } from "@/lib/format";
import { DocumentDialog } from "./document-dialog";
import type { FieldProps } from "./field-label";
import { Group } from "./group";
import { asTexts } from "./values";

export function DocumentField(props: FieldProps) {
  const { value, onChange } = props;
  const ids = typeof value === "string" && value ? [value] : [];
  return <Documents {...props} ids={ids} most={1} onChoose={(next) => onChange(next[0] ?? null)} />;
}

export function DocumentsField(props: FieldProps) {
  const most = props.field.schema.maxItems ?? 1000;
  return <Documents {...props} ids={asTexts(props.value)} most={most} onChoose={props.onChange} />;
}

interface DocumentsProps extends FieldProps {
  ids: readonly string[];
  most: number;
  onChoose: (ids: readonly string[]) => void;
}

function Documents({ field, path, errors, ids, most, onChoose }: DocumentsProps) {
  const [isOpen, setOpen] = useState(false);
  const label = most === 1 ? (ids.length > 0 ? "Choose another" : "Choose a document") : "Choose documents";
  return (
    <Group field={field} path={path} errors={errors}>
      {ids.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
          {ids.map((id) => (
            <Chosen key={id} id={id} onRemove={() => onChoose(ids.filter((other) => other !== id))} />
          ))}
        </ul>
      )}
      <Button size="small" aria-invalid={errors[path] ? true : undefined} onClick={() => setOpen(true)}>
        <Plus aria-hidden /> {label}
        <span className="sr-only"> for {field.label}</span>
      </Button>
      {isOpen && (
        <DocumentDialog
          title={field.label}
          chosen={ids}
          most={most}
          onClose={() => setOpen(false)}
          onChoose={onChoose}
        />
      )}
    </Group>
  );
}

function Chosen({ id, onRemove }: { id: string; onRemove: () => void }) {
  const { data, isError } = $api.useQuery("get", "/api/v1/documents/{document_id}", {
    params: { path: { document_id: id } },
  });
  const name = data?.title ?? (isError ? "This document is not there any more" : "…");
  return (
    <li className="flex items-center gap-2.5 py-1 ps-3 pe-1">
      <FileText aria-hidden className="size-4 shrink-0 text-muted" />
      <span className={`min-w-0 flex-1 wrap-anywhere ${isError ? "text-bad" : ""}`}>{name}</span>
      {data && (
        <span className="shrink-0 text-[0.8125rem] text-muted">{plural(data.page_count ?? 0, "page")}</span>
      )}
      <IconButton label={`Remove ${name}`} size="small" onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </li>
  );
}

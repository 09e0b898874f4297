"use client";

import { memo } from "react";
import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/field";
import { Cell, Row } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { RowPlace } from "@/components/ui/virtual-rows";
import { formatBytes, formatNumber } from "@/lib/format";
import { AddressLink } from "./address-link";
import { kindOf } from "./document-kinds";
import { DocumentMenu } from "./document-menu";
import { DocumentState } from "./document-state";
import type { DocumentOut } from "./documents-cache";
import { LabelBadges } from "./label-badges";

interface DocumentRowProps {
  document: DocumentOut;
  place: RowPlace;
  isTicked: boolean;
  onTick: (id: string, isTicked: boolean) => void;
}

export const DocumentRow = memo(function DocumentRow(props: DocumentRowProps) {
  const { document, place, isTicked, onTick } = props;
  const { icon: Icon, label } = kindOf(document.file_type);
  return (
    <Row {...place} aria-selected={isTicked}>
      <Cell className="ps-4 desk:ps-6">
        <Checkbox
          aria-label={`Tick ${document.title}`}
          checked={isTicked}
          onCheckedChange={(next) => onTick(document.id, next === true)}
        />
      </Cell>
      <Cell>
        <div className="flex min-w-0 gap-2.5">
          <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
          <div className="min-w-0">
            <AddressLink
              to={{ id: document.id }}
              title={document.filename}
              className="line-clamp-2 font-medium wrap-anywhere hover:underline"
            >
              {document.title}
            </AddressLink>
            <p className="text-muted text-xs desk:hidden">
              {label} · <Time at={document.created_at} />
            </p>
            <div className="mt-1 sm:hidden">
              <DocumentState document={document} isShort />
            </div>
            <div className="mt-1 flex flex-wrap gap-1 empty:hidden">
              {document.legal_hold && <Badge tone="warn">Legal hold</Badge>}
              <LabelBadges document={document} />
            </div>
          </div>
        </div>
      </Cell>
      <Cell className="text-muted max-desk:hidden">{label}</Cell>
      <Cell className="text-end tabular-nums text-muted max-desk:hidden">
        {document.page_count === null ? "–" : formatNumber(document.page_count)}
      </Cell>
      <Cell className="whitespace-nowrap text-end tabular-nums text-muted max-desk:hidden">
        {formatBytes(document.file_size)}
      </Cell>
      <Cell className="max-sm:hidden">
        <DocumentState document={document} isShort />
      </Cell>
      <Cell className="text-muted max-desk:hidden">
        <Time at={document.created_at} />
      </Cell>
      <Cell className="py-1.5 pe-2 text-end desk:pe-5">
        <DocumentMenu document={document} />
      </Cell>
    </Row>
  );
});

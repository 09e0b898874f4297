"use client";

import { type Dispatch, type RefObject, type SetStateAction, useCallback } from "react";
import { Checkbox } from "@/components/ui/field";
import { Head, HeadCell, Table } from "@/components/ui/table";
import { VirtualRows } from "@/components/ui/virtual-rows";
import { DocumentRow } from "./document-row";
import type { DocumentOut } from "./documents-cache";

interface DocumentsTableProps {
  documents: readonly DocumentOut[];
  scroller: RefObject<HTMLElement | null>;
  ticked: ReadonlySet<string>;
  onTick: Dispatch<SetStateAction<ReadonlySet<string>>>;
  onNearEnd: (() => void) | undefined;
  startAt: number;
}

const COLUMNS = 8;
const ROW_HEIGHT = 49;

export function DocumentsTable({
  documents,
  scroller,
  ticked,
  onTick,
  onNearEnd,
  startAt,
}: DocumentsTableProps) {
  const count = documents.filter(({ id }) => ticked.has(id)).length;
  const areAll = count > 0 && count === documents.length;
  const tick = useCallback(
    (id: string, isTicked: boolean) =>
      onTick((before) => {
        const next = new Set(before);
        if (isTicked) next.add(id);
        else next.delete(id);
        return next;
      }),
    [onTick],
  );
  return (
    <Table label="Documents" aria-rowcount={documents.length + 1} className="table-fixed">
      <Head>
        <tr>
          <HeadCell className="w-11 ps-4 desk:w-13 desk:ps-6">
            <Checkbox
              aria-label={areAll ? "Untick all" : "Tick all that are loaded"}
              checked={areAll || (count > 0 && "indeterminate")}
              onCheckedChange={() => onTick(areAll ? new Set() : new Set(documents.map(({ id }) => id)))}
            />
          </HeadCell>
          <HeadCell>Title</HeadCell>
          <HeadCell className="w-28 max-desk:hidden">Type</HeadCell>
          <HeadCell className="w-18 text-end max-desk:hidden">Pages</HeadCell>
          <HeadCell className="w-24 text-end max-desk:hidden">Size</HeadCell>
          <HeadCell className="w-56 max-sm:hidden">Status</HeadCell>
          <HeadCell className="w-36 max-desk:hidden">Added</HeadCell>
          <HeadCell className="w-12 pe-2 desk:w-16 desk:pe-5">
            <span className="sr-only">Actions</span>
          </HeadCell>
        </tr>
      </Head>
      <VirtualRows
        rows={documents}
        rowKey={({ id }) => id}
        scroller={scroller}
        columns={COLUMNS}
        rowHeight={ROW_HEIGHT}
        onNearEnd={onNearEnd}
        startAt={startAt}
      >
        {(document, place) => (
          <DocumentRow document={document} place={place} isTicked={ticked.has(document.id)} onTick={tick} />
        )}
      </VirtualRows>
    </Table>
  );
}

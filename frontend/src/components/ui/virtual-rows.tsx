"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, type RefObject, useEffect, useMemo, useState } from "react";

interface VirtualRowsProps<T> {
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** What scrolls. */
  scroller: RefObject<HTMLElement | null>;
  columns: number;
  rowHeight?: number;
  /** A `<Row>` that is given its place. While this function stays the same, only new rows are rendered. */
  children: (row: T, place: RowPlace) => ReactNode;
  /** Called when the end comes near, for the next page. */
  onNearEnd?: (() => void) | undefined;
  /** This row is brought into view when it changes. */
  activeIndex?: number;
  /** Pixels from the top, where it is scrolled to at first. */
  startAt?: number;
}

export interface RowPlace {
  "data-index": number;
  "aria-rowindex": number;
  ref: (element: HTMLTableRowElement | null) => void;
}

const OVERSCAN = 12;

/** The body of a long table: only the rows that are seen exist, and the others are two empty rows of their height. */
export function VirtualRows<T>({
  rows,
  rowKey,
  scroller,
  columns,
  rowHeight = 44,
  children,
  onNearEnd,
  activeIndex = -1,
  startAt = 0,
}: VirtualRowsProps<T>) {
  const [, setMounted] = useState(false);
  useEffect(() => setMounted(true), []); // the scroller's ref is set after its children's first effects: look again
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rowKey(rows[index] as T),
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    initialOffset: startAt,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  const isNearEnd = last !== undefined && last.index >= rows.length - OVERSCAN;
  useEffect(() => {
    if (isNearEnd) onNearEnd?.();
  }, [isNearEnd, onNearEnd]);
  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex, { align: "auto" });
  }, [activeIndex, virtual]);
  return (
    <tbody className="[overflow-anchor:none]">
      <Gap columns={columns} height={first?.start ?? 0} />
      {items.map(({ index, key }) => (
        <Placed
          key={key as string}
          row={rows[index] as T}
          index={index}
          measure={virtual.measureElement}
          render={children}
        />
      ))}
      <Gap columns={columns} height={virtual.getTotalSize() - (last?.end ?? 0)} />
    </tbody>
  );
}

interface PlacedProps<T> {
  row: T;
  index: number;
  measure: RowPlace["ref"];
  render: (row: T, place: RowPlace) => ReactNode;
}

const Placed = memo(function Placed<T>({ row, index, measure, render }: PlacedProps<T>) {
  const place = useMemo(
    () => ({ "data-index": index, "aria-rowindex": index + 2, ref: measure }), // the head is the first
    [index, measure],
  );
  return render(row, place);
}) as <T>(props: PlacedProps<T> & { key: string }) => ReactNode;

function Gap({ columns, height }: { columns: number; height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  );
}

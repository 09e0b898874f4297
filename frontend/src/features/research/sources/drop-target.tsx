"use client";

import { FileUp } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { addFiles } from "./uploads";

/** Files that are dropped anywhere in it are uploaded. */
export function DropTarget({ isOpen, children }: { isOpen: boolean; children: ReactNode }) {
  const depth = useRef(0); // each child that is crossed enters and leaves
  const [isOver, setOver] = useState(false);
  const move = (by: number) => {
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  const whenFiles = (act: () => void) => (event: DragEvent) => {
    if (!isOpen || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    act();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button "Add documents" does the same
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onDragEnter={whenFiles(() => move(1))}
      onDragLeave={whenFiles(() => move(-1))}
      onDragOver={whenFiles(() => undefined)}
      onDrop={(event) => {
        whenFiles(() => addFiles(event.dataTransfer.files))(event);
        depth.current = 0;
        setOver(false);
      }}
    >
      {children}
      {isOver && (
        <div className="pointer-events-none absolute inset-2 z-30 flex animate-appear flex-col items-center justify-center gap-2 rounded-xl border-2 border-accent border-dashed bg-accent-soft/90 font-medium text-accent-text">
          <FileUp aria-hidden className="size-7" />
          Drop the files to add them to the firm’s library
        </div>
      )}
    </div>
  );
}

"use client";

import { Upload } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { toast } from "@/components/ui/toast";
import { droppedFiles } from "@/features/uploads/dropped-files";
import { useUploads } from "@/features/uploads/use-uploads";

/** Files and folders can be let fall anywhere on it. */
export function DropArea({ isOpen, children }: { isOpen: boolean; children: ReactNode }) {
  const { add } = useUploads();
  const [isOver, setOver] = useState(false);
  const depth = useRef(0); // enter and leave are told for each element within
  const hasFiles = ({ dataTransfer }: DragEvent) => isOpen && dataTransfer.types.includes("Files");
  const move = (event: DragEvent, by: 1 | -1) => {
    if (!hasFiles(event)) return;
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  const drop = async (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    try {
      const files = await droppedFiles(event.dataTransfer);
      if (files.length > 0) add(files);
      else toast.info("There is no file in what was dropped");
    } catch (error) {
      toast.failed("What was dropped could not be read", error);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button does the same by keyboard
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onDragEnter={(event) => move(event, 1)}
      onDragLeave={(event) => move(event, -1)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {isOver && (
        <div className="pointer-events-none absolute inset-3 z-20 flex flex-col items-center justify-center gap-2 rounded-xl border-2 border-accent border-dashed bg-accent-soft/95 text-accent-text">
          <Upload aria-hidden className="size-6" />
          <p className="font-medium">Let go to upload</p>
        </div>
      )}
    </div>
  );
}

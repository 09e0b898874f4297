"use client";

import { Plus } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { ACCEPTED, addFiles } from "./uploads";

export function UploadButton({ look = "outline" }: { look?: "outline" | "primary" }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button size="small" look={look} onClick={() => input.current?.click()}>
        <Plus aria-hidden /> Add documents
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        accept={ACCEPTED}
        hidden
        onChange={({ target }) => {
          addFiles(target.files ?? []);
          target.value = ""; // the same file may be chosen again
        }}
      />
    </>
  );
}

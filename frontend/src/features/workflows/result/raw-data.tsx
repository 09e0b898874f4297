"use client";

import { ChevronRight, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { copyText } from "@/lib/clipboard";
import { ScrollBox } from "./scroll-box";

/** A value as JSON, folded. */
export function RawData({ label, value }: { label: string; value: unknown }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="-ms-1 flex items-center gap-1.5 rounded px-1 py-1 text-[0.8125rem] hover:bg-hover"
      >
        <ChevronRight aria-hidden className={`size-4 text-muted ${isOpen ? "rotate-90" : ""}`} /> {label}{" "}
        (JSON)
      </button>
      {isOpen && <Json label={label} text={JSON.stringify(value, null, 2)} />}
    </div>
  );
}

function Json({ label, text }: { label: string; text: string }) {
  const copy = async () => {
    if (await copyText(text)) toast.done("Copied");
    else toast.info("Copying was refused; mark the text and copy it by hand.");
  };
  return (
    <div className="relative mt-1">
      <ScrollBox label={label} className="max-h-96 rounded-lg bg-sunken p-3">
        <pre className="font-mono text-xs">{text}</pre>
      </ScrollBox>
      <Button size="small" className="absolute end-3 top-2" onClick={copy}>
        <Copy aria-hidden /> Copy
      </Button>
    </div>
  );
}

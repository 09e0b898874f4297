import { useState } from "react";
import { toast } from "@/components/ui/toast";
import { copyText } from "@/lib/clipboard";
import type { Message } from "../answers/wire";
import { asTextWithFootnotes } from "./footnotes";

const SAID_MS = 2000;

/** Takes the answer along with its footnotes; whether that was just done. */
export function useCopy(answer: Message): [isCopied: boolean, copy: () => Promise<void>] {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    const done = await copyText(asTextWithFootnotes(answer));
    setCopied(done);
    if (done) setTimeout(() => setCopied(false), SAID_MS);
    else void toast.info("The browser did not allow copying.");
  };
  return [isCopied, copy];
}

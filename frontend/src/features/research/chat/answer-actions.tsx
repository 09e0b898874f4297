"use client";

import { Check, Copy, RotateCcw } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { toast } from "@/components/ui/toast";
import { copyText } from "@/lib/clipboard";
import { formatDuration, formatMoney, formatNumber } from "@/lib/format";
import type { Message } from "../answers/wire";
import { asTextWithFootnotes } from "./footnotes";
import { Rating } from "./rating";

interface AnswerActionsProps {
  answer: Message;
  conversationId: string;
  mayAsk: boolean;
  onRegenerate: () => void;
}

export function AnswerActions({ answer, conversationId, mayAsk, onRegenerate }: AnswerActionsProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    const done = await copyText(asTextWithFootnotes(answer));
    setCopied(done);
    if (done) setTimeout(() => setCopied(false), 2000);
    else void toast.info("The browser did not allow copying.");
  };
  return (
    <div className="flex flex-wrap items-center gap-x-1 gap-y-1">
      <IconButton size="small" label={isCopied ? "Copied" : "Copy with footnotes"} onClick={copy}>
        {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
      </IconButton>
      {mayAsk && <Rating answer={answer} conversationId={conversationId} />}
      {mayAsk && (
        <IconButton size="small" label="Answer again" onClick={onRegenerate}>
          <RotateCcw aria-hidden />
        </IconButton>
      )}
      <Made answer={answer} />
    </div>
  );
}

function Made({ answer: { model, usage, latency_ms } }: { answer: Message }) {
  const parts = [
    model === "extractive" ? "No language model" : model,
    usage && `${formatNumber(usage.total_tokens)} tokens${usage.is_estimate ? " (estimate)" : ""}`,
    usage && (usage.cost_usd === null ? "cost not known" : formatMoney(usage.cost_usd)),
    latency_ms != null && formatDuration(latency_ms / 1000),
  ];
  return <p className="ps-1 text-[0.8125rem] text-muted">{parts.filter(Boolean).join(" · ")}</p>;
}

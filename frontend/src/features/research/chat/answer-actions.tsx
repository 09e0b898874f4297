"use client";

import { Check, Copy, RotateCcw } from "lucide-react";
import { IconButton } from "@/components/ui/icon-button";
import { formatDuration, formatMoney, formatNumber } from "@/lib/format";
import type { Message } from "../answers/wire";
import { Rating } from "./rating";
import { SaveToNotes } from "./save-to-notes";
import { useCopy } from "./use-copy";

interface AnswerActionsProps {
  answer: Message;
  conversationId: string;
  mayAsk: boolean;
  mayKeep: boolean;
  onRegenerate: () => void;
}

export function AnswerActions({ answer, conversationId, mayAsk, mayKeep, onRegenerate }: AnswerActionsProps) {
  const [isCopied, copy] = useCopy(answer);
  return (
    <div className="flex flex-wrap items-center gap-x-1 gap-y-1">
      <IconButton size="small" label={isCopied ? "Copied" : "Copy with footnotes"} onClick={copy}>
        {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
      </IconButton>
      {mayKeep && <SaveToNotes answer={answer} conversationId={conversationId} />}
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

"use client";

import { LoaderCircle, Scissors, SearchX, Square } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { ErrorBox } from "@/components/ui/error-box";
import { Status } from "@/components/ui/status";
import { Problem } from "@/lib/api/problem";
import { plural } from "@/lib/format";
import { citationsOf, type Live, type Phase } from "../answers/live";
import { withMarksAsLinks } from "../answers/marks";
import { isRefusal } from "../answers/verdicts";
import type { Message } from "../answers/wire";
import { useOpenSource } from "../open-source";
import { CitedAnswer } from "./citation-chip";
import { CitedList } from "./cited-list";
import { CitedMarkdown } from "./cited-markdown";
import { Findings } from "./findings";

interface AnswerProps {
  answer: Message;
  /** While it is being written here, or could not be. */
  live: Live | null;
  onRetry: (() => void) | null;
  /** Below a finished one. */
  actions: ReactNode;
}

export function Answer({ answer, live, onRetry, actions }: AnswerProps) {
  const isBeingWritten = answer.status === "streaming";
  const citations = useMemo(
    () => (isBeingWritten ? citationsOf(live?.sources ?? []) : (answer.citations ?? [])),
    [isBeingWritten, live?.sources, answer.citations],
  );
  const cited = useMemo(() => ({ answer, citations, isBeingWritten }), [answer, citations, isBeingWritten]);
  const text = useMemo(
    () => withMarksAsLinks(answer.content, citations, { isUnfinished: isBeingWritten }),
    [answer.content, citations, isBeingWritten],
  );
  return (
    <article aria-label="Answer" aria-busy={isBeingWritten} data-answer className="space-y-3">
      <CitedAnswer value={cited}>
        {isRefusal(answer.content) ? <Refusal text={text} /> : text && <CitedMarkdown text={text} />}
      </CitedAnswer>
      {isBeingWritten && (
        <Progressing phase={live?.phase ?? "searching"} passages={live?.sources.length ?? 0} />
      )}
      {answer.status === "stopped" && (
        <Status look={{ label: "Stopped", tone: "muted", icon: Square }}>
          The text up to there is kept.
        </Status>
      )}
      {answer.is_cut && (
        <Status look={{ label: "Cut short", tone: "warn", icon: Scissors }}>
          The model reached its limit: the last words are missing.
        </Status>
      )}
      {answer.status === "failed" && (
        <ErrorBox
          error={live?.problem ?? problemOf(answer)}
          what={answer.content ? "The answer broke off" : "There is no answer"}
          {...(onRetry && { onRetry })}
        />
      )}
      {!isBeingWritten && answer.verification && <Findings verification={answer.verification} />}
      {!isBeingWritten && citations.length > 0 && <CitedList answer={answer} citations={citations} />}
      {!isBeingWritten && actions}
    </article>
  );
}

function Refusal({ text }: { text: string }) {
  const mayOpen = useOpenSource() !== null;
  return (
    <div className="rounded-lg border border-info/35 bg-info-soft p-4">
      <Status look={{ label: "Not found in these sources", tone: "info", icon: SearchX }} />
      <CitedMarkdown text={text} className="mt-2" />
      {mayOpen && (
        <p className="mt-2 text-muted">
          Ask in the words that the documents use, tick more sources, or add the document that would say it.
        </p>
      )}
    </div>
  );
}

function problemOf({ error }: Message): Problem {
  const status = error?.retryable ? 503 : 409;
  const detail = error?.detail ?? "Ask again; if it happens again, tell your administrator.";
  return new Problem(status, error?.code ?? "failed", "No answer could be given", detail);
}

function Progressing({ phase, passages }: { phase: Phase; passages: number }) {
  const words: Record<Phase, string> = {
    sending: "Sending the question",
    searching: "Searching the sources",
    reading: passages > 0 ? `Reading ${plural(passages, "passage")}` : "No passage was found",
    writing: "Writing",
    checking: "Checking quotations against their sources",
    over: "Keeping the answer",
  };
  return (
    <p className="flex items-center gap-2 text-muted">
      <LoaderCircle aria-hidden className="size-4 animate-spin" />
      {words[phase]}
    </p>
  );
}

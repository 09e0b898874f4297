"use client";

import { useMay } from "@/lib/api/use-session";
import type { Live } from "../answers/live";
import { choose, type Turn } from "../answers/thread";
import type { Answering } from "../answers/use-answer";
import { Answer } from "./answer";
import { AnswerActions } from "./answer-actions";
import { Question } from "./question";
import { Versions } from "./versions";

interface TurnViewProps {
  turn: Turn;
  turns: readonly Turn[];
  live: Live | null;
  conversationId: string | null;
  mayAsk: boolean;
  chosen: ReadonlySet<string>;
  setChosen: (chosen: ReadonlySet<string>) => void;
  begin: Answering["start"];
}

/** A question or an answer, with what can be done with it. */
export function TurnView({
  turn,
  turns,
  live,
  conversationId,
  mayAsk,
  chosen,
  setChosen,
  begin,
}: TurnViewProps) {
  const mayWrite = useMay("member");
  const { message, parentId, versions } = turn;
  const isAnswer = message.role === "assistant";
  const switcher = (
    <Versions
      noun={isAnswer ? "answer" : "question"}
      id={message.id}
      versions={versions}
      onChoose={(id) => setChosen(choose(chosen, versions, id))}
    />
  );
  if (!isAnswer) {
    const answerId = turns[turns.indexOf(turn) + 1]?.message.id;
    const reword = (question: string) => answerId && begin({ kind: "again", answerId, parentId, question });
    return <Question question={message} versions={switcher} onReword={mayAsk && answerId ? reword : null} />;
  }
  const own = live && message.id === (live.answerId ?? "being-written") ? live : null;
  const again = () => begin({ kind: "again", answerId: message.id, parentId, question: null });
  const isUnsent = own !== null && own.answerId === null;
  return (
    <Answer
      answer={message}
      live={own}
      onRetry={mayAsk ? () => (isUnsent ? begin(own.wanted) : again()) : null}
      actions={
        <div className="flex flex-wrap items-center gap-1">
          {switcher}
          {conversationId && !isUnsent && (
            <AnswerActions
              answer={message}
              conversationId={conversationId}
              mayAsk={mayAsk}
              mayKeep={mayWrite && message.status !== "failed" && message.content.trim() !== ""}
              onRegenerate={again}
            />
          )}
        </div>
      }
    />
  );
}

"use client";

import { useMemo, useState } from "react";
import { MoreButton } from "@/components/ui/more-button";
import { Time } from "@/components/ui/time";
import { choose, type Turn, threadOf } from "@/features/research/answers/thread";
import { Answer } from "@/features/research/chat/answer";
import { Question } from "@/features/research/chat/question";
import { Versions } from "@/features/research/chat/versions";
import type { Schemas } from "@/lib/api/client";
import { asMessage } from "./as-message";

type Page = Schemas["SharedConversation"];

interface SharedConversationProps {
  /** Oldest first. */
  pages: readonly Page[];
  list: Parameters<typeof MoreButton>[0]["list"];
}

export function SharedConversation({ pages, list }: SharedConversationProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const messages = useMemo(() => pages.flatMap((page) => page.messages.map(asMessage)), [pages]);
  const turns = useMemo(() => threadOf(messages, chosen), [messages, chosen]);
  const last = pages.at(-1) as Page;
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight wrap-anywhere">{last.title}</h1>
      <p className="mt-1.5 text-muted">
        The link works until <Time at={last.expires_at} isAbsolute />. It shows the questions, the answers and
        the passages that they quote, not the documents.
      </p>
      <section aria-labelledby="said" className="mt-6 space-y-5">
        <h2 id="said" className="sr-only">
          Questions and answers
        </h2>
        {turns.map((turn) => (
          <SharedTurn
            key={turn.message.id}
            turn={turn}
            onChoose={(id) => setChosen(choose(chosen, turn.versions, id))}
          />
        ))}
      </section>
      <MoreButton list={list} className="mx-auto mt-3 flex" />
    </>
  );
}

function SharedTurn({ turn, onChoose }: { turn: Turn; onChoose: (id: string) => void }) {
  const { message, versions } = turn;
  const isAnswer = message.role === "assistant";
  const noun = isAnswer ? "answer" : "question";
  const switcher = <Versions noun={noun} id={message.id} versions={versions} onChoose={onChoose} />;
  if (!isAnswer) return <Question question={message} versions={switcher} onReword={null} />;
  return <Answer answer={message} live={null} onRetry={null} actions={switcher} />;
}

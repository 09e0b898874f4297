"use client";

import { MessageSquareQuote } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { useMay } from "@/lib/api/use-session";
import { plural } from "@/lib/format";
import type { Live } from "../answers/live";
import type { Turn } from "../answers/thread";
import type { Answering } from "../answers/use-answer";
import { useNaming } from "../answers/use-naming";
import { ChatHead } from "./chat-head";
import { Composer } from "./composer";
import { ThreadView } from "./thread-view";
import { TurnView } from "./turn-view";
import { useThread } from "./use-thread";

const OF_FIRST_ANSWER = 2; // messages: the question and it

interface ChatPanelProps {
  conversationId: string | null;
  answering: Answering;
  /** False when it could not be sent. */
  onAsk: (question: string, parentId: string | null) => Promise<boolean>;
  onOpen: (id: string | null) => void;
  /** Why nothing can be asked now, and else what is asked. */
  hindrance: string | null;
  scope: string;
}

/** Questions, answers, and where the next question is written. */
export function ChatPanel({ conversationId, answering, onAsk, onOpen, hindrance, scope }: ChatPanelProps) {
  const { live } = answering;
  const mayAsk = useMay("member");
  const { conversation, opened, turns, earlier, showNewest, ...versions } = useThread(conversationId, live);
  const isAnswering = live !== null && live.phase !== "over";
  useResuming(turns, answering);
  useNaming(isAnswering && (opened?.message_count ?? 0) <= OF_FIRST_ANSWER);
  const begin: Answering["start"] = (wanted) => {
    showNewest();
    answering.start(wanted);
  };
  const parts = { turns, live, conversationId, mayAsk: mayAsk && !isAnswering, begin, ...versions };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <ChatHead
        conversationId={conversationId}
        opened={opened}
        mayAsk={mayAsk}
        mayBegin={conversationId !== null || live !== null}
        onOpen={onOpen}
      />
      {conversation.isError && conversationId !== null && (
        <Unreadable error={conversation.error} onRetry={conversation.refetch} onNew={() => onOpen(null)} />
      )}
      {turns.length > 0 ? (
        <ThreadView
          turns={turns}
          openedId={opened?.id}
          live={live}
          connection={answering.connection}
          top={earlier && <Earlier {...earlier} />}
        >
          {(turn) => <TurnView key={turn.message.id} turn={turn} {...parts} />}
        </ThreadView>
      ) : (
        <Nothing
          isLoading={conversationId !== null && conversation.isPending}
          isNew={conversationId === null}
        />
      )}
      <Composer
        conversationId={conversationId}
        hindrance={hindrance}
        isAnswering={isAnswering}
        onAsk={(question) => {
          showNewest();
          return onAsk(question, turns.at(-1)?.message.id ?? null);
        }}
        onStop={answering.stop}
        scope={scope}
      />
      <Announcement live={live} />
    </div>
  );
}

/** Goes on with an answer that was being written when the page was left or opened. */
function useResuming(turns: readonly Turn[], { live, start }: Answering): void {
  const unfinished = turns.find(({ message }) => message.status === "streaming")?.message.id;
  const isFollowed = live !== null;
  useEffect(() => {
    if (unfinished && !isFollowed) start({ kind: "resume", answerId: unfinished });
  }, [unfinished, isFollowed, start]);
}

function Earlier({ isPending, onShow }: { isPending: boolean; onShow: () => void }) {
  return (
    <p className="py-3 text-center">
      <Button size="small" isPending={isPending} onClick={onShow}>
        Show earlier messages
      </Button>
    </p>
  );
}

interface UnreadableProps {
  error: unknown;
  onRetry: () => unknown;
  onNew: () => void;
}

function Unreadable({ error, onRetry, onNew }: UnreadableProps) {
  return (
    <div className="space-y-3 p-4">
      <ErrorBox error={error} what="The conversation could not be loaded" onRetry={onRetry} />
      <Button onClick={onNew}>Begin a new one</Button>
    </div>
  );
}

function Nothing({ isLoading, isNew }: { isLoading: boolean; isNew: boolean }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      {isLoading && (
        <Loading label="Loading the conversation">
          <SkeletonRows rows={6} />
        </Loading>
      )}
      {isNew && (
        <Empty icon={MessageSquareQuote} title="Ask your documents">
          Every statement of an answer carries the number of its source. Press a number to see the passage in
          the original, beside the answer.
        </Empty>
      )}
    </div>
  );
}

/** For those who listen: the beginning and the end, and nothing in between. */
function Announcement({ live }: { live: Live | null }) {
  const [words, setWords] = useState("");
  const isOver = live?.phase === "over";
  const isBegun = live !== null;
  const ending = live && isOver ? endingOf(live) : "";
  useEffect(() => {
    if (isBegun) setWords(isOver ? ending : "The answer is being written.");
  }, [isBegun, isOver, ending]);
  return (
    <p role="status" className="sr-only">
      {words}
    </p>
  );
}

function endingOf({ final, problem }: Live): string {
  if (problem) return `There is no answer: ${problem.title}.`;
  if (final?.status === "stopped") return "Stopped.";
  const documents = new Set(final?.citations?.map(({ n }) => n)).size;
  return `Answer complete, ${plural(documents, "source")}.`;
}

"use client";

import { MessageSquareQuote, SquarePen } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api } from "@/lib/api/client";
import { useMay } from "@/lib/api/use-session";
import { plural } from "@/lib/format";
import { type Live, withLive } from "../answers/live";
import { choose, type Turn, threadOf } from "../answers/thread";
import type { Answering } from "../answers/use-answer";
import { Answer } from "./answer";
import { AnswerActions } from "./answer-actions";
import { Composer } from "./composer";
import { ConversationMenu } from "./conversation-menu";
import { Conversations } from "./conversations";
import { Question } from "./question";
import { ThreadView } from "./thread-view";
import { useMessages } from "./use-messages";
import { Versions } from "./versions";

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
  const { live, start } = answering;
  const mayAsk = useMay("member");
  const [isWithEarlier, setWithEarlier] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const conversation = $api.useQuery(
    "get",
    "/api/v1/chat/conversations/{conversation_id}",
    { params: { path: { conversation_id: conversationId ?? "" } } },
    { enabled: conversationId !== null },
  );
  const opened = conversationId === null ? undefined : conversation.data;
  const { messages, hasEarlier, earlier } = useMessages(opened, isWithEarlier);
  const turns = useMemo(() => threadOf(withLive(messages, live), chosen), [messages, live, chosen]);
  const isAnswering = live !== null && live.phase !== "over";
  useResuming(turns, answering);
  const begin: typeof start = (wanted) => {
    setChosen(new Set()); // the newest is shown
    start(wanted);
  };
  const parts = { live, conversationId, mayAsk: mayAsk && !isAnswering, chosen, setChosen, begin };
  const deleted = (id: string) => id === conversationId && onOpen(null);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex shrink-0 items-center gap-1.5 border-line border-b px-3 py-1.5">
        <h2 className="min-w-0 flex-1 truncate font-medium">{opened?.title ?? "New conversation"}</h2>
        <Conversations currentId={conversationId} mayAsk={mayAsk} onOpen={onOpen} onDeleted={deleted} />
        <Button size="small" onClick={() => onOpen(null)} disabled={conversationId === null && live === null}>
          <SquarePen aria-hidden /> New
        </Button>
        {opened && <ConversationMenu conversation={opened} mayAsk={mayAsk} onDeleted={deleted} />}
      </header>
      {conversation.isError && conversationId !== null && (
        <Unreadable error={conversation.error} onRetry={conversation.refetch} onNew={() => onOpen(null)} />
      )}
      {turns.length > 0 ? (
        <ThreadView
          turns={turns}
          openedId={opened?.id}
          live={live}
          connection={answering.connection}
          top={
            hasEarlier && (
              <p className="py-3 text-center">
                <Button
                  size="small"
                  isPending={earlier.isFetching}
                  onClick={() => (isWithEarlier ? earlier.fetchNextPage() : setWithEarlier(true))}
                >
                  Show earlier messages
                </Button>
              </p>
            )
          }
        >
          {(turn) => <TurnView key={turn.message.id} turn={turn} turns={turns} {...parts} />}
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
          setChosen(new Set());
          return onAsk(question, turns.at(-1)?.message.id ?? null);
        }}
        onStop={answering.stop}
        scope={scope}
      />
      <Announcement live={live} />
    </div>
  );
}

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

function TurnView({ turn, turns, live, conversationId, mayAsk, chosen, setChosen, begin }: TurnViewProps) {
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
              onRegenerate={again}
            />
          )}
        </div>
      }
    />
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

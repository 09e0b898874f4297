"use client";

import { useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useEffect } from "react";
import { Page } from "@/components/shell/page";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import { useMay, useMe } from "@/lib/api/use-session";
import { formatNumber } from "@/lib/format";
import { useAnswer } from "./answers/use-answer";
import { ChatPanel } from "./chat/chat-panel";
import { OpenNotes } from "./open-notes";
import { OpenSource } from "./open-source";
import { DropTarget } from "./sources/drop-target";
import type { Used } from "./sources/selection";
import { SourcesPanel } from "./sources/sources-panel";
import { onUploaded } from "./sources/uploads";
import { LIBRARY, useLibrary } from "./sources/use-library";
import { useUsed } from "./sources/use-used";
import { useOpened } from "./use-opened";

const Panels = dynamic(() => import("./panels"), {
  ssr: false,
  loading: () => (
    <Loading label="Loading the page">
      <SkeletonRows />
    </Loading>
  ),
});

const BesidePanel = dynamic(() => import("./beside-panel"), { ssr: false });

export function ResearchPage() {
  const opened = useOpened();
  const { conversationId } = opened;
  const answering = useAnswer(conversationId, opened.keepConversation);
  const { used, use, add, commit } = useUsed(conversationId);
  const mayWrite = useMay("member");
  useArrivals(add);
  const isKnown = useMe().data !== undefined; // until then it is not said that one may not
  const { hindrance, scope } = useScope(used, mayWrite || !isKnown);
  const ask = async (question: string, parentId: string | null) => {
    const documentIds = await commit();
    if (documentIds) answering.start({ kind: "ask", question, documentIds, parentId });
    return documentIds !== null;
  };
  return (
    <OpenSource value={opened.openCitation}>
      <OpenNotes value={opened.openNotes}>
        <Page title="Research" isFilled>
          <DropTarget isOpen={mayWrite}>
            <Panels
              openedKey={opened.documentId && `${opened.documentId} ${opened.passage?.quote ?? ""}`}
              calls={opened.calls}
              sources={
                <SourcesPanel
                  used={used}
                  onUse={use}
                  openId={opened.documentId}
                  onOpen={opened.openDocument}
                />
              }
              chat={
                <ChatPanel
                  conversationId={conversationId}
                  answering={answering}
                  onAsk={ask}
                  onOpen={opened.openConversation}
                  hindrance={hindrance}
                  scope={scope}
                />
              }
              viewer={
                <BesidePanel
                  conversationId={conversationId}
                  used={used}
                  shown={opened.beside}
                  calls={opened.calls}
                  noteId={opened.noteId}
                  onShow={opened.show}
                  documentId={opened.documentId}
                  page={opened.page}
                  passage={opened.passage}
                  place={opened.place}
                  onCitation={opened.openNth}
                  onPage={opened.turnTo}
                  onClose={opened.closeDocument}
                />
              }
            />
          </DropTarget>
        </Page>
      </OpenNotes>
    </OpenSource>
  );
}

/** What has been uploaded is in the list at once, and ticked where only some are. */
function useArrivals(add: (id: string) => void): void {
  const queries = useQueryClient();
  useEffect(
    () =>
      onUploaded(({ id, title, duplicate }) => {
        void queries.invalidateQueries({ queryKey: LIBRARY });
        add(id);
        if (duplicate) void toast.info(`“${title}” was in the library already.`);
      }),
    [queries, add],
  );
}

function useScope(used: Used, mayWrite: boolean): { hindrance: string | null; scope: string } {
  const { documents, hasNextPage, isSuccess } = useLibrary();
  const total = hasNextPage ? `more than ${formatNumber(documents.length)}` : formatNumber(documents.length);
  const all = documents.length === 1 ? "The one document is asked." : `All ${total} documents are asked.`;
  const some =
    used !== "all" &&
    `${formatNumber(used.length)} of ${total} documents ${used.length === 1 ? "is" : "are"} asked.`;
  return { hindrance: hindranceOf(), scope: isSuccess ? some || all : "" };

  function hindranceOf(): string | null {
    if (!mayWrite) return "Your role may read here, but not ask.";
    if (isSuccess && documents.length === 0)
      return "Add a document first: answers come from your documents only.";
    return used !== "all" && used.length === 0 ? "Tick at least one source." : null;
  }
}

"use client";

import { FileCheck2 } from "lucide-react";
import { Empty } from "@/components/ui/empty";
import { $api } from "@/lib/api/client";
import type { Used } from "../sources/selection";
import { documentsAbout } from "./about";
import { Analyses } from "./analyses";
import { Briefs } from "./briefs";

export interface ResultsPanelProps {
  conversationId: string | null;
  used: Used;
  openId: string | null;
}

/** What else was made from the documents that the conversation is about. */
export default function ResultsPanel({ conversationId, used, openId }: ResultsPanelProps) {
  const conversation = $api.useQuery(
    "get",
    "/api/v1/chat/conversations/{conversation_id}",
    { params: { path: { conversation_id: conversationId ?? "" } } },
    { enabled: conversationId !== null },
  );
  const ids = documentsAbout(used, conversation.data?.messages ?? [], openId);
  if (ids.length === 0) {
    return (
      <Empty icon={FileCheck2} title="Results appear here">
        Analyses of the documents that you tick, or that an answer cites, and the briefs written from them.
      </Empty>
    );
  }
  return (
    <div className="h-full space-y-6 overflow-y-auto p-4">
      <Analyses documentIds={ids} />
      <Briefs documentIds={ids} />
    </div>
  );
}

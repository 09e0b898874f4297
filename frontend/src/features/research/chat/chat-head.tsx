"use client";

import { SquarePen } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { Conversation } from "../answers/wire";
import { ConversationMenu } from "./conversation-menu";
import { Conversations } from "./conversations";

interface ChatHeadProps {
  conversationId: string | null;
  /** Once it is read. */
  opened: Conversation | undefined;
  mayAsk: boolean;
  mayBegin: boolean;
  onOpen: (id: string | null) => void;
}

/** Which conversation this is, and the way to the others. */
export function ChatHead({ conversationId, opened, mayAsk, mayBegin, onOpen }: ChatHeadProps) {
  const deleted = (id: string) => id === conversationId && onOpen(null);
  return (
    <header className="flex shrink-0 items-center gap-1.5 border-line border-b px-3 py-1.5">
      <h2 className="min-w-0 flex-1 truncate font-medium">{opened?.title ?? "New conversation"}</h2>
      <Conversations currentId={conversationId} mayAsk={mayAsk} onOpen={onOpen} onDeleted={deleted} />
      <Button size="small" onClick={() => onOpen(null)} disabled={!mayBegin}>
        <SquarePen aria-hidden /> New
      </Button>
      {opened && <ConversationMenu conversation={opened} mayAsk={mayAsk} onDeleted={deleted} />}
    </header>
  );
}

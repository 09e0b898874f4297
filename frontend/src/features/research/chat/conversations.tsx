"use client";

import { Ellipsis, MessagesSquare, Pencil, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Input } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { MoreButton } from "@/components/ui/more-button";
import { Popover } from "@/components/ui/popover";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { $api, type Schemas } from "@/lib/api/client";
import { cn } from "@/lib/cn";
import { useSettled } from "../sources/use-library";
import type { ConversationAct } from "./conversation-dialogs";

const ConversationDialogs = dynamic(() => import("./conversation-dialogs"), { ssr: false });

interface ConversationsProps {
  currentId: string | null;
  mayAsk: boolean;
  onOpen: (id: string) => void;
  onDeleted: (id: string) => void;
}

/** One's own conversations, to be opened, renamed and deleted. */
export function Conversations({ currentId, mayAsk, onOpen, onDeleted }: ConversationsProps) {
  const [isOpen, setOpen] = useState(false);
  const [act, setAct] = useState<ConversationAct | null>(null);
  return (
    <>
      <Popover
        label="Your conversations"
        isOpen={isOpen}
        onOpenChange={setOpen}
        className="flex max-h-[min(32rem,70vh)] w-96 flex-col p-0"
        trigger={
          <Button size="small">
            <MessagesSquare aria-hidden /> Conversations
          </Button>
        }
      >
        <ConversationList
          currentId={currentId}
          onOpen={(id) => {
            onOpen(id);
            setOpen(false);
          }}
          onAct={
            mayAsk
              ? (next) => {
                  setAct(next);
                  setOpen(false);
                }
              : null
          }
        />
      </Popover>
      {act && <ConversationDialogs act={act} onClose={() => setAct(null)} onDeleted={onDeleted} />}
    </>
  );
}

interface ConversationListProps {
  currentId: string | null;
  onOpen: (id: string) => void;
  onAct: ((act: ConversationAct) => void) | null;
}

function ConversationList(props: ConversationListProps) {
  const [typed, setTyped] = useState("");
  const q = useSettled(typed);
  return (
    <>
      <div className="border-line border-b p-2">
        <Input
          type="search"
          aria-label="Search your conversations"
          placeholder="Search"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-1.5">
        <Found q={q} {...props} />
      </div>
    </>
  );
}

/** Those that have the words, or all. */
function Found({ q, currentId, onOpen, onAct }: ConversationListProps & { q: string }) {
  const list = useConversations(q);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {list.isPending && (
        <Loading label="Loading the conversations">
          <SkeletonRows rows={4} />
        </Loading>
      )}
      {list.isError && (
        <ErrorBox error={list.error} what="The conversations could not be loaded" onRetry={list.refetch} />
      )}
      {list.isSuccess && rows.length === 0 && (
        <p className="p-4 text-center text-muted">
          {q
            ? "No conversation has these words."
            : "Each question you ask begins a conversation; it is kept here."}
        </p>
      )}
      <ul aria-label="Conversations">
        {rows.map((row) => (
          <ConversationRow
            key={row.id}
            row={row}
            isCurrent={row.id === currentId}
            onOpen={onOpen}
            onAct={onAct}
          />
        ))}
      </ul>
      <MoreButton list={list} size="small" look="ghost" />
    </>
  );
}

function useConversations(q: string) {
  return $api.useInfiniteQuery(
    "get",
    "/api/v1/chat/conversations",
    { params: { query: { limit: 50, ...(q && { q }) } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
}

interface ConversationRowProps extends Omit<ConversationListProps, "currentId"> {
  row: Schemas["ConversationOut"];
  isCurrent: boolean;
}

function ConversationRow({ row, isCurrent, onOpen, onAct }: ConversationRowProps) {
  return (
    <li className={cn("flex items-center gap-1 rounded-md pe-1 hover:bg-hover", isCurrent && "bg-selected")}>
      <button
        type="button"
        aria-current={isCurrent || undefined}
        onClick={() => onOpen(row.id)}
        className="min-w-0 flex-1 rounded-md px-2.5 py-1.5 text-start focus-visible:-outline-offset-2"
      >
        <span className="block truncate">{row.title}</span>
        <span className="text-[0.8125rem] text-muted">
          <Time at={row.updated_at} />
        </span>
      </button>
      {onAct && (
        <Menu
          trigger={
            <IconButton size="small" label={`More about ${row.title}`}>
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => onAct({ kind: "rename", conversation: row })}>
            <Pencil aria-hidden /> Rename
          </MenuItem>
          <MenuItem isDangerous onSelect={() => onAct({ kind: "delete", conversation: row })}>
            <Trash2 aria-hidden /> Delete
          </MenuItem>
        </Menu>
      )}
    </li>
  );
}

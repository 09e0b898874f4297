"use client";

import { Download, Ellipsis, Link2, Pencil, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { toast } from "@/components/ui/toast";
import { api, unwrap } from "@/lib/api/client";
import { fileNameOf } from "@/lib/file-name";
import { saveFile } from "@/lib/save-file";
import type { Conversation } from "../answers/wire";
import type { ConversationAct } from "./conversation-dialogs";

const ConversationDialogs = dynamic(() => import("./conversation-dialogs"), { ssr: false });

const FORMATS = [
  { format: "docx", label: "Word document" },
  { format: "pdf", label: "PDF" },
  { format: "md", label: "Markdown" },
  { format: "json", label: "JSON, with all that was checked" },
] as const;

interface ConversationMenuProps {
  conversation: Conversation;
  mayAsk: boolean;
  onDeleted: (id: string) => void;
}

export function ConversationMenu({ conversation, mayAsk, onDeleted }: ConversationMenuProps) {
  const [act, setAct] = useState<ConversationAct["kind"] | null>(null);
  const save = (format: (typeof FORMATS)[number]["format"]) =>
    exported(conversation, format).catch((error) =>
      toast.failed("The conversation could not be exported", error),
    );
  return (
    <>
      <Menu
        trigger={
          <IconButton size="small" label="More about this conversation">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuLabel>Export</MenuLabel>
        {FORMATS.map(({ format, label }) => (
          <MenuItem key={format} onSelect={() => save(format)}>
            <Download aria-hidden /> {label}
          </MenuItem>
        ))}
        {mayAsk && (
          <>
            <MenuSeparator />
            <MenuItem onSelect={() => setAct("share")}>
              <Link2 aria-hidden /> Share…
            </MenuItem>
            <MenuItem onSelect={() => setAct("rename")}>
              <Pencil aria-hidden /> Rename
            </MenuItem>
            <MenuItem isDangerous onSelect={() => setAct("delete")}>
              <Trash2 aria-hidden /> Delete
            </MenuItem>
          </>
        )}
      </Menu>
      {act && (
        <ConversationDialogs
          act={{ kind: act, conversation }}
          onClose={() => setAct(null)}
          onDeleted={onDeleted}
        />
      )}
    </>
  );
}

async function exported(
  { id, title }: Conversation,
  format: (typeof FORMATS)[number]["format"],
): Promise<void> {
  const blob = await unwrap(
    api.GET("/api/v1/chat/conversations/{conversation_id}/export", {
      params: { path: { conversation_id: id }, query: { format } },
      parseAs: "blob",
    }),
  );
  saveFile(blob as Blob, `${fileNameOf(title, "Conversation")}.${format}`);
}

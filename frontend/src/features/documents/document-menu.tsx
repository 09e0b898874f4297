"use client";

import { Download, Ellipsis, Lock, LockOpen, Pencil, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { toast } from "@/components/ui/toast";
import { useMay } from "@/lib/api/use-session";
import { DeleteDocument } from "./delete-document";
import { download, useChange, useReprocess } from "./document-actions";
import { isUnderWay } from "./document-status";
import type { DocumentOut } from "./documents-cache";
import { EditDocument } from "./edit-document";

interface DocumentMenuProps {
  document: DocumentOut;
  onDeleted?: () => void;
}

export function DocumentMenu({ document, onDeleted }: DocumentMenuProps) {
  const [opened, setOpened] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpened(null);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`Actions for ${document.title}`}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => void download(document)}>
          <Download aria-hidden /> Download the original
        </MenuItem>
        <Changes document={document} onOpen={setOpened} />
      </Menu>
      {opened === "edit" && <EditDocument document={document} onClose={close} />}
      <DeleteDocument
        document={document}
        isOpen={opened === "delete"}
        onOpenChange={(isOpen) => !isOpen && close()}
        onDeleted={onDeleted}
      />
    </>
  );
}

/** Only while the menu is open does it ask who one is, and listen for an answer. */
function Changes({ document, onOpen }: { document: DocumentOut; onOpen: (what: "edit" | "delete") => void }) {
  const mayChange = useMay("member");
  const reprocess = useReprocess(document);
  if (!mayChange) return null;
  return (
    <>
      <MenuItem onSelect={() => onOpen("edit")}>
        <Pencil aria-hidden /> Name and labels…
      </MenuItem>
      <MenuItem disabled={isUnderWay(document)} onSelect={() => reprocess.mutate()}>
        <RotateCcw aria-hidden /> Read it again
      </MenuItem>
      <HoldItem document={document} />
      <MenuSeparator />
      <MenuItem isDangerous onSelect={() => onOpen("delete")}>
        <Trash2 aria-hidden /> Delete…
      </MenuItem>
    </>
  );
}

function HoldItem({ document }: { document: DocumentOut }) {
  const mayHold = useMay("admin");
  const change = useChange(document);
  if (!mayHold) return null;
  const isHeld = document.legal_hold === true;
  const Icon = isHeld ? LockOpen : Lock;
  const turn = () =>
    change.mutate(
      { legal_hold: !isHeld },
      { onError: (error) => toast.failed("The legal hold was not changed", error) },
    );
  return (
    <MenuItem onSelect={turn}>
      <Icon aria-hidden /> {isHeld ? "Lift the legal hold" : "Put it under legal hold"}
    </MenuItem>
  );
}

"use client";

import { Confirm } from "@/components/ui/confirm";
import { useDelete } from "./document-actions";
import type { DocumentOut } from "./documents-cache";

interface DeleteDocumentProps {
  document: DocumentOut;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onDeleted?: (() => void) | undefined;
}

export function DeleteDocument({ document, isOpen, onOpenChange, onDeleted }: DeleteDocumentProps) {
  const remove = useDelete(document);
  return (
    <Confirm
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={`Delete “${document.title}”?`}
      act="Delete"
      onConfirm={async () => {
        await remove();
        onDeleted?.();
      }}
    >
      The file, its text and its analyses go, for everybody in your firm. Answers that quote it keep their
      quotations, but nobody can open the page any more. This cannot be undone.
    </Confirm>
  );
}

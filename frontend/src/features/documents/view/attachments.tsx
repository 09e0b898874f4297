"use client";

import { Paperclip } from "lucide-react";
import { CLOSED } from "../address";
import { AddressLink } from "../address-link";
import type { DocumentOut } from "../documents-cache";

/** What came with a message, and the messages that this came with. */
export function Attachments({ document }: { document: DocumentOut }) {
  const { attachments = [], attached_to = [] } = document;
  if (attachments.length === 0 && attached_to.length === 0) return null;
  return (
    <section>
      <h2 className="mb-2 font-semibold">Attachments</h2>
      <ul className="space-y-1.5">
        {attachments.map(({ filename, document_id, error }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may have the same name, and they never move
          <li key={place} className="flex gap-2">
            <Paperclip aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
            <span className="min-w-0 wrap-anywhere">
              {document_id ? <To id={document_id}>{filename}</To> : filename}
              {error && <span className="block text-[0.8125rem] text-bad">{error.detail}</span>}
            </span>
          </li>
        ))}
        {attached_to.map((id) => (
          <li key={id} className="flex gap-2">
            <Paperclip aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
            <To id={id}>The message that it came with</To>
          </li>
        ))}
      </ul>
    </section>
  );
}

function To({ id, children }: { id: string; children: string }) {
  return (
    <AddressLink to={{ ...CLOSED, id }} className="text-accent-text underline underline-offset-3">
      {children}
    </AddressLink>
  );
}

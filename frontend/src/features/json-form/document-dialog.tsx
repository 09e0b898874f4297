"use client";

import { FileSearch } from "lucide-react";
import Link from "next/link";
import { useDeferredValue, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Checkbox, Input } from "@/components/ui/field";
import { MoreButton } from "@/components/ui/more-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api, type Schemas } from "@/lib/api/client";
import { plural } from "@/lib/format";

interface DocumentDialogProps {
  title: string;
  chosen: readonly string[];
  most: number;
  onClose: () => void;
  onChoose: (ids: readonly string[]) => void;
}

/** The firm's documents, to choose one or several of; those that are not read yet cannot be chosen. */
export function DocumentDialog({ title, chosen, most, onClose, onChoose }: DocumentDialogProps) {
  const [text, setText] = useState("");
  const [ids, setIds] = useState(chosen);
  const turn = (id: string) => {
    if (most === 1) {
      onChoose([id]);
      onClose();
    } else {
      setIds(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]);
    }
  };
  const take = () => {
    onChoose(ids);
    onClose();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={title}
      size="medium"
      actions={
        most > 1 && (
          <>
            <span className="me-auto self-center text-muted" aria-live="polite">
              {ids.length} of at most {most}
            </span>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" disabled={ids.length > most} onClick={take}>
              Take {plural(ids.length, "document")}
            </Button>
          </>
        )
      }
    >
      <Input
        type="search"
        aria-label="Search documents by name"
        placeholder="Search by name"
        value={text}
        autoFocus
        onChange={(event) => setText(event.target.value)}
      />
      <Results text={useDeferredValue(text.trim())} ids={ids} isSingle={most === 1} onTurn={turn} />
    </Dialog>
  );
}

interface ResultsProps {
  text: string;
  ids: readonly string[];
  isSingle: boolean;
  onTurn: (id: string) => void;
}

function Results({ text, ids, isSingle, onTurn }: ResultsProps) {
  const found = $api.useInfiniteQuery(
    "get",
    "/api/v1/documents",
    { params: { query: { limit: 50, q: text || null } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      placeholderData: (previous) => previous,
    },
  );
  if (found.isPending)
    return (
      <Loading label="Loading documents">
        <SkeletonRows />
      </Loading>
    );
  if (found.isError && !found.data)
    return (
      <ErrorBox
        error={found.error}
        what="The documents could not be loaded"
        onRetry={found.refetch}
        className="mt-3"
      />
    );
  const documents = found.data.pages.flatMap((page) => page.items);
  if (documents.length === 0) return <NoDocuments isSearch={text !== ""} />;
  return (
    <>
      <ul className="mt-2 divide-y divide-line">
        {documents.map((document) => (
          <Result
            key={document.id}
            document={document}
            isChosen={ids.includes(document.id)}
            isSingle={isSingle}
            onTurn={onTurn}
          />
        ))}
      </ul>
      <MoreButton list={found} size="small" className="my-2" />
    </>
  );
}

function NoDocuments({ isSearch }: { isSearch: boolean }) {
  if (isSearch) return <Empty icon={FileSearch} title="No document has this in its name" className="py-8" />;
  return (
    <Empty
      icon={FileSearch}
      title="There are no documents yet"
      className="py-8"
      actions={
        <Button asChild>
          <Link href="/documents/">Add documents</Link>
        </Button>
      }
    >
      A workflow reads what is in your library. What you have filled in here is kept.
    </Empty>
  );
}

interface ResultProps {
  document: Schemas["DocumentOut"];
  isChosen: boolean;
  isSingle: boolean;
  onTurn: (id: string) => void;
}

const NOT_READY: Record<Exclude<Schemas["DocumentStatus"], "completed">, string> = {
  pending: "waits to be read",
  processing: "is being read",
  failed: "could not be read",
};

function Result({ document, isChosen, isSingle, onTurn }: ResultProps) {
  const id = useId();
  const { status } = document.processing;
  const about = status === "completed" ? plural(document.page_count ?? 0, "page") : NOT_READY[status];
  const words = (
    <>
      <span className="block wrap-anywhere">{document.title}</span>
      <span className="block text-[0.8125rem] text-muted">{about}</span>
    </>
  );
  if (isSingle) {
    return (
      <li>
        <button
          type="button"
          disabled={status !== "completed"}
          aria-pressed={isChosen}
          onClick={() => onTurn(document.id)}
          className="w-full rounded-md px-2 py-2 text-start not-disabled:hover:bg-hover disabled:opacity-55 aria-pressed:bg-selected focus-visible:-outline-offset-2"
        >
          {words}
        </button>
      </li>
    );
  }
  return (
    <li className="flex items-start gap-3 px-2 py-2">
      <Checkbox
        id={id}
        checked={isChosen}
        disabled={status !== "completed" && !isChosen}
        className="mt-0.5"
        onCheckedChange={() => onTurn(document.id)}
      />
      <label htmlFor={id} className="min-w-0 flex-1">
        {words}
      </label>
    </li>
  );
}

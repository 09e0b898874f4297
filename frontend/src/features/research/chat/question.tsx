"use client";

import { Pencil } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import type { Message } from "../answers/wire";

interface QuestionProps {
  question: Message;
  versions: ReactNode;
  /** Ask it in other words; null while that cannot be done. */
  onReword: ((question: string) => void) | null;
}

export function Question({ question, versions, onReword }: QuestionProps) {
  const [isEdited, setEdited] = useState(false);
  if (isEdited && onReword) {
    return <Rewording text={question.content} onDone={() => setEdited(false)} onReword={onReword} />;
  }
  return (
    <div className="group flex items-start gap-2 rounded-lg bg-sunken px-4 py-3">
      <h3 className="min-w-0 flex-1 whitespace-pre-wrap font-medium text-[0.9375rem] wrap-anywhere">
        <span className="sr-only">Question: </span>
        {question.content}
      </h3>
      {versions}
      {onReword && (
        <IconButton
          size="small"
          label="Ask in other words"
          onClick={() => setEdited(true)}
          className="desk:opacity-0 desk:group-hover:opacity-100 desk:focus-visible:opacity-100"
        >
          <Pencil aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

function Rewording({
  text,
  onDone,
  onReword,
}: {
  text: string;
  onDone: () => void;
  onReword: (text: string) => void;
}) {
  const [words, setWords] = useState(text);
  const isSame = words.trim() === text.trim() || !words.trim();
  const ask = () => {
    onReword(words.trim());
    onDone();
  };
  return (
    <form
      className="space-y-2 rounded-lg bg-sunken p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSame) ask();
      }}
    >
      <Textarea
        autoFocus
        aria-label="The question in other words"
        className="field-sizing-content max-h-60"
        value={words}
        maxLength={32_000}
        onChange={({ target }) => setWords(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone();
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            if (!isSame) ask();
          }
        }}
      />
      <div className="flex justify-end gap-2">
        <Button size="small" onClick={onDone}>
          Cancel
        </Button>
        <Button size="small" look="primary" type="submit" disabled={isSame}>
          Ask
        </Button>
      </div>
    </form>
  );
}

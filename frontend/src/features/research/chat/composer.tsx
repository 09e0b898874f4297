"use client";

import { SendHorizontal, Square } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/field";
import { useShortcut } from "@/lib/shortcuts";
import { draftOf } from "./drafts";
import { useDraft } from "./use-draft";

interface ComposerProps {
  conversationId: string | null;
  /** Why nothing can be asked now; null when it can. */
  hindrance: string | null;
  isAnswering: boolean;
  /** False when it could not be sent. */
  onAsk: (question: string) => Promise<boolean>;
  onStop: () => void;
  /** "3 of 12 documents are asked". */
  scope: string;
}

export function Composer({ conversationId, hindrance, isAnswering, onAsk, onStop, scope }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useDraft(conversationId);
  useShortcut({ keys: "/", label: "Write a question", group: "Research", run: () => box.current?.focus() });
  useShortcut({ keys: "escape", label: "Stop the answer", group: "Research", run: onStop }, isAnswering);
  const mayAsk = hindrance === null && !isAnswering && text.trim() !== "";
  const ask = async () => {
    if (!mayAsk) return;
    setText("");
    if (await onAsk(text.trim())) return;
    setText([text, draftOf(conversationId)].filter(Boolean).join("\n"));
  };
  return (
    <form
      className="mx-auto w-full max-w-3xl shrink-0 space-y-1.5 px-4 pt-2 pb-3"
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <div className="flex items-end gap-2">
        <Textarea
          ref={box}
          rows={2}
          value={text}
          maxLength={32_000}
          aria-label="Your question"
          aria-describedby="composer-scope"
          placeholder="Ask your documents a question"
          className="field-sizing-content max-h-48 min-h-15 resize-none"
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            void ask();
          }}
        />
        {isAnswering ? (
          <Button key="stop" className="h-11" onClick={onStop}>
            <Square aria-hidden /> Stop
          </Button>
        ) : (
          <Button key="send" type="submit" look="primary" className="h-11" disabled={!mayAsk}>
            <SendHorizontal aria-hidden /> Ask
          </Button>
        )}
      </div>
      <p id="composer-scope" className={hindrance ? "text-warn" : "text-[0.8125rem] text-muted"}>
        {hindrance ?? scope}
      </p>
    </form>
  );
}

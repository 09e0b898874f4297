"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Input } from "@/components/ui/field";
import { cn } from "@/lib/cn";
import { useShortcut } from "@/lib/shortcuts";

const PAUSE_MS = 300;
const LONGEST = 100;

interface SearchFieldProps {
  label: string;
  value: string;
  /** Called when the typing pauses, or at Enter. */
  onSearch: (typed: string) => void;
  className?: string;
}

export function SearchField({ label, value, onSearch, className }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const sent = useRef(value);
  const search = useRef(onSearch);
  useEffect(() => {
    search.current = onSearch;
  });
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value; // it was changed elsewhere, such as by the Back button
    setTyped(value);
  }, [value]);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed.trim() === sent.current) return;
      sent.current = typed.trim();
      search.current(sent.current);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useShortcut({ keys: "/", label, group: "Documents", run: () => field.current?.focus() });
  return (
    <div className="relative min-w-0 flex-1">
      <Search aria-hidden className="absolute start-3 top-2.5 size-4 text-muted" />
      <Input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={LONGEST}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className={cn("ps-9", className)}
      />
    </div>
  );
}

"use client";

import { useRouter } from "next/navigation";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { Confirm } from "@/components/ui/confirm";

interface Guard {
  report: (form: string, isDirty: boolean) => void;
  /** Does it at once, or after asking whether to throw away what is not saved. */
  leave: (go: () => void) => void;
}

const GuardContext = createContext<Guard>({ report: () => {}, leave: (go) => go() });

export const useLeave = () => useContext(GuardContext).leave;

/** While a form has what is not saved, leaving it asks. */
export function useUnsaved(isDirty: boolean): void {
  const { report } = useContext(GuardContext);
  const form = useId();
  useEffect(() => {
    report(form, isDirty);
    return () => report(form, false);
  }, [report, form, isDirty]);
}

export function LeaveGuard({ children }: { children: ReactNode }) {
  const dirty = useRef(new Set<string>());
  const router = useRouter();
  const [go, setGo] = useState<(() => void) | null>(null);
  const report = useCallback((form: string, isDirty: boolean) => {
    if (isDirty) dirty.current.add(form);
    else dirty.current.delete(form);
  }, []);
  const leave = useCallback((next: () => void) => {
    if (dirty.current.size > 0) setGo(() => next);
    else next();
  }, []);
  useEffect(() => watchExits(dirty.current, (href) => setGo(() => () => router.push(href))), [router]);
  const [guard] = useState<Guard>(() => ({ report, leave }));
  return (
    <GuardContext value={guard}>
      {children}
      <Confirm
        isOpen={go !== null}
        onOpenChange={(isOpen) => !isOpen && setGo(null)}
        title="Leave without saving?"
        act="Discard the changes"
        onConfirm={async () => {
          dirty.current.clear();
          go?.();
        }}
      >
        What you changed here is not saved yet.
      </Confirm>
    </GuardContext>
  );
}

/** Links within the app, and closing or reloading the tab. */
function watchExits(dirty: ReadonlySet<string>, ask: (href: string) => void): () => void {
  const clicked = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (dirty.size === 0 || !isPlain || !(link instanceof HTMLAnchorElement)) return;
    if (link.origin !== location.origin || link.target || link.hash) return;
    event.preventDefault();
    event.stopPropagation();
    ask(link.pathname + link.search);
  };
  const closing = (event: BeforeUnloadEvent) => {
    if (dirty.size > 0) event.preventDefault();
  };
  document.addEventListener("click", clicked, true);
  addEventListener("beforeunload", closing);
  return () => {
    document.removeEventListener("click", clicked, true);
    removeEventListener("beforeunload", closing);
  };
}

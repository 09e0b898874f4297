import { type KeyboardEvent, type RefObject, useCallback, useState } from "react";
import { strokeOf } from "@/lib/shortcuts";
import type { Finding } from "./use-find";

/** Whether it is open: `asked` counts how often it was asked for, 0 when it is not. */
export function useFindBar(viewer: RefObject<HTMLElement | null>) {
  const [asked, setAsked] = useState(0);
  const [finding, onFinding] = useState<Finding | null>(null);
  const open = () => setAsked((times) => times + 1);
  const close = useCallback(() => {
    setAsked(0);
    viewer.current?.querySelector<HTMLElement>("[data-page]")?.focus(); // the page, to be scrolled on
  }, [viewer]);
  const heard = (event: KeyboardEvent) => {
    if (event.defaultPrevented || strokeOf(event) !== "mod+f") return;
    event.preventDefault();
    open();
  };
  return { asked, finding, onFinding, open, close, heard };
}

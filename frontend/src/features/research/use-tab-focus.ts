import { useEffect, useRef } from "react";

/** The focus goes to the tab that is shown when what had it goes with another one, and when it was called from
 * elsewhere. */
export function useTabFocus(shown: string, calls: number) {
  const box = useRef<HTMLDivElement>(null);
  const seen = useRef({ shown, calls });
  useEffect(() => {
    const before = seen.current;
    seen.current = { shown, calls };
    const tab = box.current?.querySelector<HTMLElement>("[role=tab][aria-selected=true]");
    if (!tab) return;
    const isLost = before.shown !== shown && !isKept(document.activeElement, tab, box.current);
    if (isLost || before.calls !== calls) focus(tab);
  }, [shown, calls]);
  return box;
}

/** Whether what has the focus stays: it is elsewhere on the page, or in what is shown. */
function isKept(focused: Element | null, tab: Element, box: Element | null): boolean {
  if (!box?.contains(focused)) return focused !== document.body;
  return focused?.closest("[role=tabpanel]")?.id === tab.getAttribute("aria-controls");
}

/** A toast that loses the focus gives it back to what had it before; then it is taken from there. */
function focus(tab: HTMLElement): void {
  tab.focus();
  if (document.activeElement !== tab) tab.focus();
}

import { useCallback, useEffect, useRef, useState } from "react";

const NEAR = 48; // pixels from the end that still count as the end

/** Nobody is scrolled while they read: the end is followed only by who is there, until they scroll up. */
export function useReadingPlace() {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(false);
  const lastTop = useRef(0);
  const [isEndBelow, setEndBelow] = useState(false);

  const moveTo = useCallback((top: number) => {
    if (!scroller.current) return;
    scroller.current.scrollTop = top;
    lastTop.current = scroller.current.scrollTop; // so that it is not taken for the reader's own scrolling
  }, []);

  useEffect(() => {
    const [box, inside] = [scroller.current, content.current];
    if (!box || !inside) return;
    const measure = () => setEndBelow(below(box) > NEAR);
    const scrolled = () => {
      if (box.scrollTop < lastTop.current) isFollowing.current = false;
      else if (box.scrollTop > lastTop.current && below(box) <= NEAR) isFollowing.current = true;
      lastTop.current = box.scrollTop;
      measure();
    };
    const observer = new ResizeObserver(() => {
      if (isFollowing.current) moveTo(box.scrollHeight);
      measure();
    });
    observer.observe(inside);
    box.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", scrolled);
    };
  }, [moveTo]);

  /** Put this at the top, and let what follows grow below it. */
  const pin = useCallback(
    (element: HTMLElement) => {
      isFollowing.current = false;
      moveTo(element.offsetTop);
    },
    [moveTo],
  );

  const jump = useCallback(() => {
    isFollowing.current = true;
    moveTo(scroller.current?.scrollHeight ?? 0);
  }, [moveTo]);

  return { scroller, content, isEndBelow, pin, jump };
}

function below(box: HTMLElement): number {
  return box.scrollHeight - box.scrollTop - box.clientHeight;
}

import type { BrowserContext, Page } from "@playwright/test";

/** What the browser itself measures, in milliseconds but for `shift`. */
export interface Seen {
  largest: number;
  shift: number;
  /** Each that held the page for over 50. */
  tasks: number[];
  /** Of each key and click that took over 16, until its effect was painted. */
  interactions: number[];
}

declare global {
  interface Window {
    __seen: Seen;
  }
}

export async function watchTimings(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.__seen = { largest: 0, shift: 0, tasks: [], interactions: [] };
    const watch = (type: string, note: (entry: PerformanceEntry) => void, more: object = {}) =>
      new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({
        type,
        buffered: true,
        ...more,
      });
    watch("largest-contentful-paint", ({ startTime }) => {
      window.__seen.largest = startTime;
    });
    watch("longtask", ({ duration }) => window.__seen.tasks.push(duration));
    watch("layout-shift", (entry) => {
      const { value, hadRecentInput } = entry as PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      };
      if (!hadRecentInput) window.__seen.shift += value;
    });
    const timed = { durationThreshold: 16 };
    watch(
      "event",
      (entry) => {
        const { interactionId, duration } = entry as PerformanceEntry & { interactionId: number };
        if (interactionId) window.__seen.interactions.push(duration);
      },
      timed,
    );
  });
}

/** Since the page was opened, or since this was asked last. */
export async function seen(page: Page): Promise<Seen> {
  return page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const found = window.__seen;
    window.__seen = { largest: found.largest, shift: 0, tasks: [], interactions: [] };
    return found;
  });
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** From the first moment of a day to the last one of another, where the reader is; null for what is no day. */
export function dayBounds(since: string, until: string) {
  return { since: instant(since, "T00:00:00"), until: instant(until, "T23:59:59.999") };
}

function instant(day: string, time: string): string | null {
  const moment = new Date(day + time);
  return DAY.test(day) && !Number.isNaN(moment.getTime()) ? moment.toISOString() : null;
}

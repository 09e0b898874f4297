/** The times that the form can ask for; any other cron expression can be written out. */
export interface Plan {
  every: "day" | "weekday" | "week" | "month";
  /** "08:30" */
  at: string;
  /** 1 is Monday, 7 is Sunday. */
  weekday: number;
  monthDay: number;
}

export const WEEKDAYS = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;

export function cronOf({ every, at, weekday, monthDay }: Plan): string {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  const days = { day: "* * *", weekday: "* * 1-5", week: `* * ${weekday}`, month: `${monthDay} * *` };
  return `${minute} ${hour} ${days[every]}`;
}

/** In words, for the expressions that `cronOf` makes; null for any other. */
export function cronInWords(cron: string): string | null {
  const match = /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|1-5|[0-7])$/.exec(cron.trim());
  if (!match) return null;
  const [, minute = "", hour = "", monthDay = "", weekday = ""] = match;
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (monthDay !== "*") return weekday === "*" ? `On day ${monthDay} of each month at ${time}` : null;
  if (weekday === "*") return `Every day at ${time}`;
  if (weekday === "1-5") return `Monday to Friday at ${time}`;
  return `Every ${WEEKDAYS[(Number(weekday) + 6) % 7]} at ${time}`;
}

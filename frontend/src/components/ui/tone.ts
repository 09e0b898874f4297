export type Tone = "muted" | "info" | "good" | "warn" | "bad";

export const toneText: Record<Tone, string> = {
  muted: "text-muted",
  info: "text-info",
  good: "text-good",
  warn: "text-warn",
  bad: "text-bad",
};

export const toneFill: Record<Tone, string> = {
  muted: "bg-sunken text-muted",
  info: "bg-info-soft text-info",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
};

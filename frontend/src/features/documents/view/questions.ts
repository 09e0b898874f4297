export const MOST_QUESTIONS = 20;

/** One on each line, each once. */
export function questionsOf(typed: string): string[] {
  const lines = typed.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter(Boolean))];
}

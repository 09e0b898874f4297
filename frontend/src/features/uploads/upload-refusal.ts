import type { Problem } from "@/lib/api/problem";

const NAME_AHEAD = /^'[^']*': /; // the row has the name

/** Why a file was not taken, as a sentence. The API's own words, unless something in front of it answered. */
export function reasonOf(problem: Problem): string {
  if (problem.status === 413 && problem.requestId === null) {
    return "It is larger than this server takes. Split it and upload the parts.";
  }
  if (problem.status === 403) return "Your role only lets you read. Ask an administrator to add it.";
  return problem.detail.replace(NAME_AHEAD, "") || `${problem.title}.`;
}

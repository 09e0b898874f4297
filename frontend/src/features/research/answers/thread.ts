import type { Message } from "./wire";

/** A message as the reader sees it, with the ids of all its versions, itself among them, oldest first. */
export interface Turn {
  message: Message;
  /** The message that it follows; null at the beginning. */
  parentId: string | null;
  versions: readonly string[];
}

const START = "start";

/**
 * The branch that is shown: the one that ends with the newest message, or, where the reader has chosen another version,
 * the newest below that. Messages are one list in the order in which they came; `parent_id` says where one does not
 * follow the message right before it.
 */
export function threadOf(messages: readonly Message[], chosen: ReadonlySet<string>): Turn[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const parents = parentsOf(messages);
  const versions = childrenBy(parents, messages);
  const versionsOf = (id: string) => versions.get(parents.get(id) ?? null) ?? [];
  const newestBelow = (id: string): string[] => {
    const next = versions.get(id)?.at(-1);
    return next ? [id, ...newestBelow(next.id)] : [id];
  };
  const path: string[] = [];
  for (let id = messages.at(-1)?.id; id && byId.has(id); id = parents.get(id) ?? undefined) path.unshift(id);
  for (let place = 0; place < path.length; place += 1) {
    const id = path[place] as string;
    const other = versionsOf(id).find((version) => chosen.has(version.id));
    if (other && other.id !== id) path.splice(place, path.length, ...newestBelow(other.id));
  }
  return path.map((id) => ({
    message: byId.get(id) as Message,
    parentId: parents.get(id) ?? null,
    versions: versionsOf(id).map((version) => version.id),
  }));
}

function childrenBy(
  parents: ReadonlyMap<string, string | null>,
  messages: readonly Message[],
): Map<string | null, Message[]> {
  const children = new Map<string | null, Message[]>();
  for (const message of messages) {
    const parent = parents.get(message.id) ?? null;
    children.set(parent, [...(children.get(parent) ?? []), message]);
  }
  return children;
}

/** A parent always came earlier; what says otherwise begins anew. */
function parentsOf(messages: readonly Message[]): Map<string, string | null> {
  const parents = new Map<string, string | null>();
  messages.forEach(({ id, parent_id }, index) => {
    const before = messages[index - 1]?.id ?? null;
    const isLater = parent_id != null && messages.findIndex((other) => other.id === parent_id) >= index;
    parents.set(id, parent_id == null ? before : parent_id === START || isLater ? null : parent_id);
  });
  return parents;
}

/** Show this one of the versions, and none of the others. */
export function choose(
  chosen: ReadonlySet<string>,
  versions: readonly string[],
  id: string,
): ReadonlySet<string> {
  const next = new Set(chosen);
  for (const version of versions) next.delete(version);
  return next.add(id);
}

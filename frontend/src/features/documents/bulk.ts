import { asProblem, type Problem } from "@/lib/api/problem";

export interface Refused<T> {
  item: T;
  problem: Problem;
}

const AT_ONCE = 3;

/** Do it for each, some at a time; one that is refused keeps nobody else from it. */
export async function forEachOf<T>(
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
  onProgress: (done: number) => void = () => {},
): Promise<Refused<T>[]> {
  const refused: Refused<T>[] = [];
  const left = [...items];
  let done = 0;
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      try {
        await act(item);
      } catch (error) {
        refused.push({ item, problem: asProblem(error) });
      }
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return refused;
}

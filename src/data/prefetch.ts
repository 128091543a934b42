import { setImmediate } from "node:timers/promises";

/**
 * The results of an asynchronous function on each item, in order, begun up to `depth` items ahead: files are read and
 * images decoded while the caller is busy with earlier ones. The event loop turns once before each result, so that
 * work of several stages gets on even if the caller never waits.
 */
export async function* prefetch<T, R>(
  items: readonly T[],
  depth: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begin = (item: T): Promise<R> => {
    const result = work(item);
    result.catch(() => undefined); // reported when its turn comes
    return result;
  };
  const begun = items.slice(0, depth).map(begin);
  for (let i = 0; i < items.length; i++) {
    await setImmediate();
    const result = await (begun[i] as Promise<R>);
    if (i + depth < items.length) begun.push(begin(items[i + depth] as T));
    yield result;
  }
}

import { countOf } from "../base/words.ts";
import { AnchorkitError } from "../base/errors.ts";
import type { Warnings } from "./warnings.ts";

/**
 * Runs `work` on every item, `limit` at a time; results come in the order of the items. Explained failures do not stop
 * the others: at the end the first is thrown, and says how many more there are.
 */
export async function mapParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  const failures: { at: number; error: AnchorkitError }[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      try {
        results[at] = await work(items[at] as T, at);
      } catch (error) {
        if (!(error instanceof AnchorkitError)) throw error;
        failures.push({ at, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  const first = failures.sort((a, b) => a.at - b.at)[0];
  if (!first) return results;
  if (failures.length === 1) throw first.error;
  throw new AnchorkitError(`${first.error.message} (and ${countOf(failures.length - 1, "more file")} with errors)`);
}

/**
 * `mapParallel` for work that notes warnings: each item has its own, which are joined in the order of the items, so that
 * lines, examples and what an observer hears are the same however long each item takes.
 */
export async function mapWithWarnings<T, R>(
  items: readonly T[],
  limit: number,
  warnings: Warnings,
  work: (item: T, index: number, warnings: Warnings) => Promise<R>,
): Promise<R[]> {
  const ended = new Map<number, Warnings>();
  let joined = 0;
  return mapParallel(items, limit, async (item, i) => {
    const own = warnings.apart();
    try {
      return await work(item, i, own);
    } finally {
      ended.set(i, own);
      for (let next = ended.get(joined); next; next = ended.get(++joined)) {
        warnings.join(next);
        ended.delete(joined);
      }
    }
  });
}

/** Runs work at once with other work that went through it, up to its limit; the rest waits in the order it came. */
export type Limiter = <R>(work: () => Promise<R>) => Promise<R>;

export function limiter(limit: number): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    // The one that ends hands its place over, so that nobody who comes later slips in before.
    if (running >= limit) await new Promise<void>((turn) => waiting.push(turn));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

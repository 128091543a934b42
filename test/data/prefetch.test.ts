import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { prefetch } from "../../src/data/prefetch.ts";

async function gather<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

describe("prefetch", () => {
  it("gives the results in order, however long each takes", async () => {
    const slowFirst = async (n: number): Promise<number> => setTimeout(20 - 4 * n, n * n);
    expect(await gather(prefetch([0, 1, 2, 3, 4], 3, slowFirst))).toEqual([0, 1, 4, 9, 16]);
    expect(await gather(prefetch([], 3, slowFirst))).toEqual([]);
  });

  it("begins no more than so many ahead", async () => {
    let begun = 0;
    const work = (n: number): Promise<number> => {
      begun++;
      return Promise.resolve(n);
    };
    let taken = 0;
    for await (const n of prefetch([1, 2, 3, 4, 5, 6, 7], 2, work)) {
      taken++;
      expect(n).toBe(taken);
      expect(begun).toBeLessThanOrEqual(taken + 2);
      expect(begun).toBeGreaterThanOrEqual(Math.min(taken + 1, 7));
    }
    expect(begun).toBe(7);
  });

  it("throws at the item that failed, after those before it", async () => {
    const seen: number[] = [];
    const work = (n: number): Promise<number> => (n === 2 ? Promise.reject(new Error("two")) : Promise.resolve(n));
    await expect(
      (async () => {
        for await (const n of prefetch([0, 1, 2, 3], 4, work)) seen.push(n);
      })(),
    ).rejects.toThrow("two");
    expect(seen).toEqual([0, 1]);
  });
});

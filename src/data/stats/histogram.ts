/** How many values lie in `from <= value < to`. */
export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** Square root of an object's area, in pixels of its image. */
export const SIZE_EDGES: readonly number[] = [0, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, Infinity];

/** Width over height; the middle bin is about square. */
export const ASPECT_EDGES: readonly number[] = [0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 4 / 5, 5 / 4, 3 / 2, 2, 3, 4, Infinity];

/** Objects of one image. */
export const COUNT_EDGES: readonly number[] = [0, 1, 2, 3, 4, 5, 10, 20, 50, 100, 200, Infinity];

/** The values in bins between ascending edges, from the first bin that holds any to the last. */
export function histogram(values: Iterable<number>, edges: readonly number[]): Bin[] {
  const bins = edges.slice(0, -1).map((from, i): Bin => ({ from, to: edges[i + 1] ?? Infinity, count: 0 }));
  for (const value of values) {
    const bin = bins.findLast(({ from, to }) => value >= from && value < to);
    if (bin) bin.count++;
  }
  const first = bins.findIndex(({ count }) => count > 0);
  return first < 0 ? [] : bins.slice(first, bins.findLastIndex(({ count }) => count > 0) + 1);
}

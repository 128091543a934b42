import type { Histogram } from "./eventProto.ts";

/** More values are not looked at: of larger weights every n-th, which leaves the shape of the histogram as it is. */
const MOST_VALUES = 100_000;
const BUCKETS = 30;

/** How values are distributed, in 30 buckets of equal width from the least to the greatest; undefined of none. */
export function histogramOf(values: Float32Array): Histogram | undefined {
  const stride = Math.ceil(values.length / MOST_VALUES);
  let [min, max, num, sum, sumSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i += stride) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    sumSquares += value * value;
    num++;
  }
  if (num === 0 || !Number.isFinite(sumSquares)) return undefined;
  const width = (max - min) / BUCKETS;
  if (width === 0) return { min, max, num, sum, sumSquares, bucketLimit: [max], bucket: [num] };
  const bucket = Array<number>(BUCKETS).fill(0);
  for (let i = 0; i < values.length; i += stride) {
    const at = Math.min(BUCKETS - 1, Math.floor(((values[i] as number) - min) / width));
    bucket[at] = (bucket[at] as number) + 1;
  }
  const bucketLimit = bucket.map((_, i) => (i === BUCKETS - 1 ? max : min + (i + 1) * width));
  return { min, max, num, sum, sumSquares, bucketLimit, bucket };
}

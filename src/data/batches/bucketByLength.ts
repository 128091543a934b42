import type { Random } from "../../base/random.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { perEpoch } from "./perEpoch.ts";

/** Samples that are padded to one length. */
export interface Bucket {
  /** That of the longest of them. */
  length: number;
  /** Which samples these are. */
  indices: number[];
}

/**
 * Divides samples of unequal lengths into few buckets, each of which is padded to its longest sample, so that the padding
 * is the least that so many buckets allow (dynamic programming over the lengths there are). A step is compiled once for
 * each bucket: see `Task.shapes`.
 *
 * @param lengths of the samples, at least 1 each
 * @param most how many buckets there may be; there are fewer where there are fewer lengths
 * @returns the shortest first
 * @throws AnchorkitError for a length that is no whole number of at least 1
 */
export function bucketByLength(lengths: ArrayLike<number>, most = 4): Bucket[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] as number;
    if (!Number.isInteger(length) || length < 1)
      throw new AnchorkitError(
        `bucketByLength: sample ${i} has length ${length}; it must be a whole number of at least 1`,
      );
    counts.set(length, (counts.get(length) ?? 0) + 1);
  }
  const ends = bestEnds(
    [...counts].sort(([a], [b]) => a - b),
    most,
  );
  const buckets = ends.map((length): Bucket => ({ length, indices: [] }));
  for (let i = 0; i < lengths.length; i++)
    buckets.find(({ length }) => length >= (lengths[i] as number))?.indices.push(i);
  return buckets;
}

/** A batch of samples of one bucket. */
export interface BucketedBatch {
  /** The number of the bucket. */
  bucket: number;
  /** Which samples, as many as a batch has. */
  indices: number[];
}

/** An endless stream of batches. */
export interface BucketedBatches {
  stepsPerEpoch: number;
  /** The batch of this number, from 0. */
  batchAt: (index: number) => BucketedBatch;
}

/**
 * An endless stream of batches, each of samples of one bucket; in each epoch every sample is in one, and the batches come
 * in another order. Each batch depends on its number and the seed alone. What a bucket has too few samples for, its first
 * ones of the epoch fill up.
 */
export function bucketedBatches(
  buckets: readonly Bucket[],
  { batch, random }: { batch: number; random: Random },
): BucketedBatches {
  const stepsPerEpoch = buckets.reduce((sum, { indices }) => sum + Math.ceil(indices.length / batch), 0);
  const batchesOf = perEpoch((epoch) => {
    const own = random.fork(epoch);
    const batches = buckets.flatMap(({ indices }, bucket) => {
      const order = own.shuffle([...indices]);
      return Array.from({ length: Math.ceil(order.length / batch) }, (_, i) => ({
        bucket,
        indices: Array.from({ length: batch }, (_, slot) => order[(i * batch + slot) % order.length] as number),
      }));
    });
    return own.shuffle(batches);
  });
  return {
    stepsPerEpoch,
    batchAt(index) {
      return batchesOf(Math.floor(index / stepsPerEpoch))[index % stepsPerEpoch] as BucketedBatch;
    },
  };
}

/** The lengths that buckets end with: of all ways to cut the sorted lengths into so many, the one with the least padding. */
function bestEnds(counts: readonly (readonly [length: number, count: number])[], most: number): number[] {
  const n = counts.length;
  // padding of one bucket that reaches from place a to place b
  const before = [0];
  const weighted = [0];
  for (const [i, [length, count]] of counts.entries()) {
    before.push((before[i] as number) + count);
    weighted.push((weighted[i] as number) + count * length);
  }
  const padding = (a: number, b: number): number =>
    (counts[b]?.[0] ?? 0) * ((before[b + 1] as number) - (before[a] as number)) -
    ((weighted[b + 1] as number) - (weighted[a] as number));
  let costs = Array.from({ length: n }, (_, b) => padding(0, b));
  const cuts: number[][] = [];
  for (let used = 2; used <= Math.min(most, n); used++) {
    const next = [...costs];
    const from = new Array<number>(n).fill(0);
    for (let b = 1; b < n; b++) {
      for (let a = 1; a <= b; a++) {
        const cost = (costs[a - 1] as number) + padding(a, b);
        if (cost < (next[b] as number)) [next[b], from[b]] = [cost, a];
      }
    }
    costs = next;
    cuts.push(from);
  }
  const ends: number[] = [];
  let last = n - 1;
  for (let level = cuts.length - 1; last >= 0; level--) {
    ends.unshift(counts[last]?.[0] ?? 0);
    last = (cuts[level]?.[last] ?? 0) - 1;
  }
  return ends;
}

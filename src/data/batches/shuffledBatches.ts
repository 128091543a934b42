import type { Random } from "../../base/random.ts";
import { type Bucket, bucketedBatches } from "./bucketByLength.ts";
import { perEpoch } from "./perEpoch.ts";

export interface ShuffledOptions<Batch> {
  /** How many samples there are. */
  count: number;
  /** Samples in a batch. */
  batch: number;
  /** Draws the order of each epoch. */
  random: Random;
  /** Samples that may be in a batch together, see bucketedBatches; any unless told. */
  buckets?: readonly Bucket[];
  /** Makes a batch of the samples at these places: `positions` counts on over the epochs, `indices` are the samples there. */
  make: (positions: readonly number[], indices: readonly number[]) => Promise<Batch>;
  /** Begins to read a sample that will be asked for soon. */
  readAhead?: (index: number) => void;
  /** The next batch is begun with each, since other threads work on it. */
  ahead?: boolean;
}

/** Samples of so many batches after the one that is asked for are read already. */
const BATCHES_AHEAD = 3;

/**
 * An endless stream of batches, in each epoch in another order. Each batch depends on its number and the seed alone, so
 * that a training can be resumed; one that reaches over the end of an epoch takes the first samples of the next.
 */
export function shuffledBatches<Batch>({
  count,
  batch,
  random,
  buckets,
  make,
  readAhead,
  ahead = false,
}: ShuffledOptions<Batch>): { stepsPerEpoch: number; batch(index: number): Promise<Batch> } {
  const orderOf = perEpoch((epoch) => random.fork(epoch).shuffle(Uint32Array.from({ length: count }, (_, i) => i)));
  const sampleAt = (position: number): number => orderOf(Math.floor(position / count))[position % count] as number;

  const positionsOf = (index: number): number[] => Array.from({ length: batch }, (_, slot) => index * batch + slot);
  const { stepsPerEpoch, batchAt: samplesAt } = buckets
    ? bucketedBatches(buckets, { batch, random })
    : {
        stepsPerEpoch: Math.ceil(count / batch),
        batchAt: (index: number) => ({ indices: positionsOf(index).map(sampleAt) }),
      };

  const batchAt = async (index: number): Promise<Batch> => {
    const made = make(positionsOf(index), samplesAt(index).indices);
    if (readAhead) {
      for (let next = 1; next <= BATCHES_AHEAD; next++) samplesAt(index + next).indices.forEach(readAhead);
    }
    return made;
  };
  let next: { index: number; batch: Promise<Batch> } | undefined;

  return {
    stepsPerEpoch,
    batch(index) {
      const result = next?.index === index ? next.batch : batchAt(index);
      if (ahead) {
        next = { index: index + 1, batch: batchAt(index + 1) };
        next.batch.catch(() => undefined); // reported when it is asked for
      }
      return result;
    },
  };
}

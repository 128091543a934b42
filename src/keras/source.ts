import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { type Batch, type BatchLike, batchOf, type Ends, samplesIn } from "./batch.ts";

/** Batches that can be gone through again and again, each time one epoch. */
export interface Source {
  /** Batches in an epoch; undefined: that is known when one has ended. */
  readonly length: number | undefined;
  /** One of each shape, for compiling ahead; undefined where shapes are known when batches come. */
  readonly samples: readonly Batch[] | undefined;
  /** The batches of an epoch; whoever gets them disposes of them. */
  pass(epoch: number): AsyncIterable<Batch>;
  /** Gives back its own tensors. */
  dispose(): void;
}

/** Anything that gives batches: an epoch is one pass over it, unless the number of its steps is told. */
export type BatchData =
  | AsyncIterable<BatchLike>
  | Iterable<BatchLike>
  | (() => AsyncIterable<BatchLike> | Iterable<BatchLike>)
  | tf.data.Dataset<tf.TensorContainer>;

/** Whether data comes in batches, and not as a whole. */
export function isBatchData(data: unknown): data is BatchData {
  if (typeof data === "function") return true;
  if (typeof data !== "object" || data === null || data instanceof tf.Tensor) return false;
  if (Array.isArray(data) || ArrayBuffer.isView(data)) return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data || isTfData(data);
}

export interface SlicingOptions {
  batchSize: number;
  /** Draws the order of each epoch; without, the samples come in their order. */
  shuffle?: Random | undefined;
}

/** Batches of tensors that hold all samples, which become the source's own. The last one may be smaller. */
export function slicedSource(whole: Batch, { batchSize, shuffle }: SlicingOptions): Source {
  const count = samplesIn(whole);
  const length = Math.ceil(count / batchSize);
  const { inputs, targets, weights } = whole;
  const taken = (take: (tensor: tf.Tensor) => tf.Tensor): Batch => ({
    inputs: inputs.map(take),
    targets: targets.map(take),
    ...(weights && { weights: take(weights) as tf.Tensor1D }),
  });
  const range = (start: number, size: number): Batch => taken((tensor) => tf.slice(tensor, start, size));
  const picked = (places: readonly number[]): Batch => {
    const indices = tf.tensor1d([...places], "int32");
    const batch = taken((tensor) => tf.gather(tensor, indices));
    indices.dispose();
    return batch;
  };
  const rest = count % batchSize;
  return {
    length,
    get samples() {
      return [...(count >= batchSize ? [range(0, batchSize)] : []), ...(rest > 0 ? [range(0, rest)] : [])];
    },
    async *pass(epoch) {
      const order = [...Array(count).keys()];
      shuffle?.fork(`epoch ${epoch}`).shuffle(order);
      for (let start = 0; start < count; start += batchSize) {
        const size = Math.min(batchSize, count - start);
        if (shuffle) yield picked(order.slice(start, start + size));
        else yield range(start, size);
        await Promise.resolve();
      }
    },
    dispose() {
      tf.dispose([inputs, targets, weights ?? []] as tf.TensorContainer);
    },
  };
}

/**
 * Batches as they come from an iterable.
 *
 * @param steps how many make an epoch: the next epoch then goes on where the one before has ended, and begins from the
 * start where the iterable has ended; without, an epoch is all of it
 */
export function iterableSource(data: BatchData, ends: Ends, steps?: number): Source {
  let kept: AsyncIterator<BatchLike> | undefined; // from one epoch to the next
  return {
    length: steps ?? lengthOf(data),
    samples: undefined,
    async *pass() {
      let iterator = kept ?? iteratorOf(data);
      let fresh = kept === undefined;
      let count = 0;
      kept = undefined;
      while (steps === undefined || count < steps) {
        const next = await iterator.next();
        if (next.done !== true) {
          fresh = false;
          count++;
          yield taken(next.value, ends);
        } else if (steps === undefined || fresh) break;
        else [iterator, fresh] = [iteratorOf(data), true];
      }
      if (count === 0) throw new AnchorkitError(EMPTY);
      if (count === steps) kept = iterator;
    },
    dispose: () => void kept?.return?.(),
  };
}

function taken(given: BatchLike, ends: Ends): Batch {
  try {
    return batchOf(given, ends);
  } finally {
    tf.dispose(given as tf.TensorContainer);
  }
}

const EMPTY =
  "the data has no batch for this epoch: it is empty, or a generator, which can be gone through once; " +
  "give a function that makes one";

function iteratorOf(data: BatchData): AsyncIterator<BatchLike> {
  if (typeof data === "function") return iteratorOf(data());
  if (isTfData(data)) return tfDataBatches(data);
  if (Symbol.asyncIterator in data) return data[Symbol.asyncIterator]();
  return asynchronous(data as Iterable<BatchLike>);
}

function asynchronous(data: Iterable<BatchLike>): AsyncIterator<BatchLike> {
  const iterator = data[Symbol.iterator]();
  return {
    next: () => Promise.resolve(iterator.next()),
    return: () => Promise.resolve(iterator.return?.() ?? { value: undefined, done: true }),
  };
}

async function* tfDataBatches(data: tf.data.Dataset<tf.TensorContainer>): AsyncGenerator<BatchLike> {
  const iterator = await data.iterator();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    yield next.value as unknown as BatchLike;
  }
}

function isTfData(data: object): data is tf.data.Dataset<tf.TensorContainer> {
  return "iterator" in data && "forEachAsync" in data;
}

/** How many batches there are, where the data says so. */
function lengthOf(data: BatchData): number | undefined {
  const { length, size } = data as { length?: unknown; size?: unknown };
  if (typeof data === "function") return undefined;
  const known = [length, size].find((one) => typeof one === "number" && Number.isInteger(one) && one >= 0);
  return known as number | undefined;
}

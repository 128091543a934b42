import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { type Batch, batchOf, type Ends, samplesIn } from "./batch.ts";
import {
  type BatchData,
  isBatchData,
  iterableSource,
  slicedSource,
  type SlicingOptions,
  type Source,
} from "./source.ts";
import type { Data, Values } from "./values.ts";

/** How all samples, or data in batches, become batches. */
export interface SourceOptions extends SlicingOptions {
  /** How much each sample counts in the loss. */
  sampleWeight?: Values | undefined;
  /** Factors of the classes' samples in the loss, by class index; those left out have 1. */
  classWeight?: Readonly<Record<number, number>> | undefined;
  /** Of data in batches: how many make an epoch. */
  steps?: number | undefined;
}

/** Batches of a model's data: of all samples as a whole, or as they come. */
export function sourceOf(data: Data | BatchData, y: Data | undefined, ends: Ends, options: SourceOptions): Source {
  const { sampleWeight, classWeight, steps } = options;
  if (!isBatchData(data)) return slicedSource(wholeOf(data, y, ends, options), options);
  if (sampleWeight !== undefined) {
    throw new AnchorkitError("sampleWeight: data that comes in batches has the weights in them: [x, y, weights]");
  }
  const source = iterableSource(data, ends, steps);
  return classWeight ? mapped(source, (batch) => withClassWeights(batch, classWeight)) : source;
}

/** All samples as one batch. */
export function wholeOf(
  data: Data,
  y: Data | undefined,
  ends: Ends,
  { sampleWeight, classWeight }: Pick<SourceOptions, "sampleWeight" | "classWeight">,
): Batch {
  const given = y === undefined ? ([data] as const) : ([data, y] as const);
  const whole = batchOf(sampleWeight === undefined || y === undefined ? given : [data, y, sampleWeight], ends);
  if (samplesIn(whole) === 0) throw new AnchorkitError("x: has no samples");
  return classWeight ? withClassWeights(whole, classWeight) : whole;
}

/** The last share of the samples apart from the others, as Keras's `validation_split` takes them. */
export function splitOff(whole: Batch, share: number): { rest: Batch; last: Batch } {
  if (!(share > 0 && share < 1)) throw new AnchorkitError(`validationSplit: must be between 0 and 1, got ${share}`);
  const count = samplesIn(whole);
  const kept = Math.floor(count * (1 - share));
  if (kept === 0 || kept === count) {
    throw new AnchorkitError(`validationSplit: ${share} of ${count} samples leaves none on one side`);
  }
  const part = (start: number, size: number): Batch => {
    const take = (tensor: tf.Tensor): tf.Tensor => tf.slice(tensor, start, size);
    const { inputs, targets, weights } = whole;
    return {
      inputs: inputs.map(take),
      targets: targets.map(take),
      ...(weights && { weights: take(weights) as tf.Tensor1D }),
    };
  };
  return { rest: part(0, kept), last: part(kept, count - kept) };
}

function withClassWeights(batch: Batch, factors: Readonly<Record<number, number>>): Batch {
  const [target, ...others] = batch.targets;
  if (!target || others.length > 0) throw new AnchorkitError("classWeight: is for models of one output");
  const wrong = Object.entries(factors).find(
    ([key, factor]) => !/^\d+$/.test(key) || !(factor >= 0 && factor < Infinity),
  );
  if (wrong)
    throw new AnchorkitError(`classWeight: ${wrong[0]}: ${wrong[1]}; give a number of 0 or more by class index`);
  const weights = tf.tidy(() => {
    const oneHot = target.rank === 2 && (target.shape[1] ?? 1) > 1;
    if (!oneHot && target.size !== samplesIn(batch)) {
      throw new AnchorkitError("classWeight: the target must be a class index for each sample, or one-hot");
    }
    const labels = oneHot ? target.argMax(1) : target.flatten().toInt();
    const size = Math.max(...Object.keys(factors).map(Number), Number(labels.max().dataSync()[0])) + 1;
    const table = tf.tensor1d(Array.from({ length: size }, (_, k) => factors[k] ?? 1));
    const own = tf.gather<tf.Tensor>(table, labels);
    return batch.weights ? own.mul(batch.weights) : own;
  });
  batch.weights?.dispose();
  return { ...batch, weights: weights as tf.Tensor1D };
}

function mapped(source: Source, change: (batch: Batch) => Batch): Source {
  return {
    length: source.length,
    samples: source.samples,
    async *pass(epoch) {
      for await (const batch of source.pass(epoch)) yield change(batch);
    },
    dispose: () => {
      source.dispose();
    },
  };
}

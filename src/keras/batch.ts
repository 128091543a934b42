import * as tf from "@tensorflow/tfjs";
import type { ImageBatch } from "../data/directories/imageDataset.ts";
import type { MaskBatch } from "../data/directories/maskDataset.ts";
import { AnchorkitError } from "../base/errors.ts";
import { type Data, tensorOf, tensorsOf, type Values } from "./values.ts";

/** Samples that are fed together; whoever gets one disposes of it. */
export interface Batch {
  inputs: tf.Tensor[];
  /** None where nothing is to be learnt or measured. */
  targets: tf.Tensor[];
  /** How much each sample counts in the loss, [samples]. */
  weights?: tf.Tensor1D;
}

/**
 * A batch as an iterable gives it: inputs, targets and, if they are to count differently, the weights of samples; as
 * tf.data has it; or of one of anchorkit's own datasets. Tensors in it are disposed of when they have been used.
 */
export type BatchLike =
  readonly [x: Data, y?: Data, weights?: Values] | { xs: Data; ys?: Data; weights?: Values } | ImageBatch | MaskBatch;

/** The names of a model's inputs and outputs. */
export interface Ends {
  inputs: readonly string[];
  outputs: readonly string[];
}

/** @throws AnchorkitError for a batch that is none of these, or whose tensors do not have the same number of samples */
export function batchOf(given: BatchLike, ends: Ends): Batch {
  return tf.tidy(() => {
    const { x, y, weights } = partsOf(given);
    const batch: Batch = {
      inputs: tensorsOf(x, ends.inputs, "x"),
      targets: y === undefined ? [] : tensorsOf(y, ends.outputs, "y"),
      ...(weights !== undefined && { weights: tensorOf(weights, "weights").toFloat().flatten() }),
    };
    checkSamples(batch);
    return batch as Batch & tf.TensorContainerObject;
  });
}

/** How many samples a batch has. */
export function samplesIn({ inputs }: Batch): number {
  return inputs[0]?.shape[0] ?? 0;
}

export function disposeBatch({ inputs, targets, weights }: Batch): void {
  tf.dispose([inputs, targets, weights ?? []] as tf.TensorContainer);
}

/** @throws AnchorkitError if the tensors do not have the same number of samples */
function checkSamples({ inputs, targets, weights }: Batch): void {
  const count = inputs[0]?.shape[0];
  const parts = [
    ...inputs.map((tensor) => ["x", tensor] as const),
    ...targets.map((tensor) => ["y", tensor] as const),
    ...(weights ? [["weights", weights] as const] : []),
  ];
  const scalar = parts.find(([, { rank }]) => rank === 0);
  if (scalar) throw new AnchorkitError(`${scalar[0]}: one number, and not a number for each sample`);
  const other = parts.find(([, { shape }]) => shape[0] !== count);
  if (other) {
    throw new AnchorkitError(
      `${other[0]}: ${other[1].shape[0]} samples, and x has ${count}; the first axis of both is that of the samples`,
    );
  }
}

function partsOf(given: BatchLike): { x: Data; y: Data | undefined; weights: Values | undefined } {
  if (Array.isArray(given)) {
    const [x, y, weights] = given as readonly [Data, Data?, Values?];
    return { x, y, weights };
  }
  if ("xs" in given) return { x: given.xs, y: given.ys, weights: given.weights };
  if ("images" in given) return { x: tf.tensor(given.images, given.shape), y: targetOf(given), weights: undefined };
  throw new AnchorkitError("a batch must be [x, y], [x, y, weights], { xs, ys }, or of a dataset of images");
}

function targetOf(given: ImageBatch | MaskBatch): tf.Tensor | undefined {
  const [count, height, width] = given.shape;
  if ("masks" in given) return tf.tensor(Int32Array.from(given.masks), [count, height, width, 1], "int32");
  const { labels } = given;
  if (!labels) return undefined;
  const shape = labels.length === count ? [count] : [count, labels.length / count];
  return tf.tensor(labels, shape, labels instanceof Int32Array ? "int32" : "float32");
}

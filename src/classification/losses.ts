import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import type { LabelBatch } from "../data/batches/labelBatches.ts";
import type { NamedTensors, TensorSpec } from "../engine/graph/step.ts";
import { sigmoidCrossEntropy } from "../training/losses/elementwise.ts";
import { smoothed } from "../training/losses/loss.ts";
import { warpedFeeds, warpedImages, warpedInputs, type WarpedShape } from "../training/warpedInputs.ts";
import type { ClassifierNetwork } from "./network.ts";

export interface ClassifierLossOptions extends WarpedShape {
  network: ClassifierNetwork;
  preprocessing: Preprocessing;
  classes: number;
  multiLabel: boolean;
  box: boolean;
  labelSmoothing: number;
  /** Of each class; 1 unless told. */
  classWeights?: readonly number[];
}

/** Names and shapes of what the losses are computed from. */
export function lossInputs({ classes, box, ...shape }: ClassifierLossOptions): Record<string, TensorSpec> {
  const { batch } = shape;
  return {
    ...warpedInputs(shape),
    targets: { shape: [batch, classes], dtype: "float32" },
    ...(box && { boxes: { shape: [batch, 4], dtype: "float32" } }),
  };
}

/** The tensors of a batch; the caller disposes of them. */
export function lossFeeds(made: LabelBatch, { batch, classes, box }: ClassifierLossOptions): NamedTensors {
  return {
    ...warpedFeeds(made),
    targets: tf.tensor2d(made.targets, [batch, classes]),
    ...(box && { boxes: tf.tensor2d(made.boxes, [batch, 4]) }),
  };
}

/** Cross-entropy of the classes, and with a box the squared distance of its corners, in shares of the canvas. */
export function classifierLosses(inputs: NamedTensors, options: ClassifierLossOptions): Record<string, tf.Scalar> {
  const { network, preprocessing, multiLabel, labelSmoothing, classWeights, box } = options;
  const outputs = network.model.apply(warpedImages(inputs, options, preprocessing), { training: true });
  const [logits, corners] = (Array.isArray(outputs) ? outputs : [outputs]) as [tf.Tensor2D, tf.Tensor2D | undefined];
  const { targets: exact } = inputs as { targets: tf.Tensor2D };
  const targets = smoothed(exact, labelSmoothing, multiLabel ? 2 : exact.shape[1]);
  const weights = classWeights && tf.tensor1d([...classWeights]);
  const perClass = multiLabel ? sigmoidCrossEntropy(logits, targets) : targets.mul(tf.logSoftmax(logits)).neg();
  const weighted = weights ? perClass.mul(weights) : perClass;
  const classes: tf.Scalar = (multiLabel ? weighted.mean() : weighted.sum(1).mean()).asScalar();
  if (!box || !corners) return { classes };
  const distance = corners
    .sub(inputs.boxes as tf.Tensor2D)
    .square()
    .sum(1)
    .mean()
    .asScalar();
  return { classes, box: distance };
}

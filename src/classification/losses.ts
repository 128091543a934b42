import * as tf from "@tensorflow/tfjs";
import type { Preprocessing, Size } from "../base/preprocessing.ts";
import { packedSpec, unpackBytes } from "../core/ops/bytes.ts";
import { channelRows } from "../core/ops/images.ts";
import { transformImages } from "../core/ops/transformImages.ts";
import type { LabelBatch } from "../data/batches/labelBatch.ts";
import { packBytes } from "../core/ops/bytes.ts";
import type { NamedTensors, TensorSpec } from "../engine/graph/step.ts";
import { sigmoidCrossEntropy } from "../training/losses/elementwise.ts";
import { smoothed } from "../training/losses/loss.ts";
import type { ClassifierNetwork } from "./network.ts";

export interface ClassifierLossOptions {
  network: ClassifierNetwork;
  preprocessing: Preprocessing;
  batch: number;
  /** Size that images are fed at. */
  stored: Size;
  /** Colours are mixed with each other. */
  mixesColours: boolean;
  classes: number;
  multiLabel: boolean;
  box: boolean;
  labelSmoothing: number;
  /** Of each class; 1 unless told. */
  classWeights?: readonly number[];
}

/** Names and shapes of what the losses are computed from. */
export function lossInputs({ batch, stored, classes, box }: ClassifierLossOptions): Record<string, TensorSpec> {
  const floats = (...shape: number[]): TensorSpec => ({ shape, dtype: "float32" });
  return {
    images: packedSpec([batch, stored.height, stored.width, 3]),
    transforms: floats(batch, 8),
    colours: floats(batch, 3, 3),
    shift: floats(batch, 3),
    targets: floats(batch, classes),
    ...(box && { boxes: floats(batch, 4) }),
  };
}

/** The tensors of a batch; the caller disposes of them. */
export function lossFeeds(made: LabelBatch, { batch, classes, box }: ClassifierLossOptions): NamedTensors {
  return {
    images: packBytes(made.images),
    transforms: tf.tensor2d(made.transforms, [batch, 8]),
    colours: tf.tensor3d(made.colours, [batch, 3, 3]),
    shift: tf.tensor2d(made.shift, [batch, 3]),
    targets: tf.tensor2d(made.targets, [batch, classes]),
    ...(box && { boxes: tf.tensor2d(made.boxes, [batch, 4]) }),
  };
}

/** Cross-entropy of the classes, and with a box the squared distance of its corners, in shares of the canvas. */
export function classifierLosses(inputs: NamedTensors, options: ClassifierLossOptions): Record<string, tf.Scalar> {
  const { network, multiLabel, labelSmoothing, classWeights, box } = options;
  const outputs = network.model.apply(batchInput(inputs, options), { training: true });
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

/** In a step: the network's input, [batch, canvas.height, canvas.width, 3]. */
function batchInput(
  inputs: NamedTensors,
  { batch, stored, preprocessing, mixesColours }: ClassifierLossOptions,
): tf.Tensor4D {
  const { canvas, fill } = preprocessing;
  const bytes = unpackBytes(inputs.images as tf.Tensor, [batch, stored.height, stored.width, 3]) as tf.Tensor4D;
  const pixels = transformImages(bytes, inputs.transforms as tf.Tensor2D, {
    ...{ interpolation: "bilinear", fillMode: "constant", fillValue: fill },
    size: [canvas.height, canvas.width],
  });
  const colours = inputs.colours as tf.Tensor3D;
  const shift = channelRows(inputs.shift as tf.Tensor2D, canvas.width);
  if (!mixesColours) {
    const diagonal = [0, 1, 2].map((c) => colours.slice([0, c, c], [-1, 1, 1]));
    const scale = tf.concat(diagonal, 2).reshape<tf.Tensor2D>([batch, 3]);
    return pixels.mul(channelRows(scale, canvas.width)).add(shift);
  }
  const flat = pixels.reshape([batch, canvas.height * canvas.width, 3]);
  const mixed: tf.Tensor4D = tf.matMul(flat, colours, false, true).reshape(pixels.shape);
  return mixed.add(shift);
}

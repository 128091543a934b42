import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import { packBytes, packedSpec, unpackBytes } from "../core/ops/bytes.ts";
import { transformImages } from "../core/ops/transformImages.ts";
import { MAP_CHANNELS, type MapBatch } from "../data/batches/mapBatches.ts";
import type { NamedTensors, TensorSpec } from "../engine/graph/step.ts";
import { IGNORED } from "../geometry/masks/labelMap.ts";
import { dice, tversky } from "../training/losses/regions.ts";
import { warpedFeeds, warpedImages, warpedInputs, type WarpedShape } from "../training/warpedInputs.ts";
import type { SegmenterNetwork } from "./networks/buildSegmenter.ts";
import { withMargin } from "./running/predictStep.ts";
import type { LossTerm } from "./options.ts";

export interface SegmenterLossOptions extends WarpedShape {
  network: SegmenterNetwork;
  preprocessing: Preprocessing;
  /** Without the background. */
  classes: number;
  distance: boolean;
  terms: readonly LossTerm[];
  /** How much more gaps between objects weigh at most. */
  separation: number;
  /** Of the background and each class; 1 unless told. */
  classWeights?: readonly number[];
}

/** What is missed weighs more than what is too much: objects are smaller than the background. */
const TVERSKY = { alpha: 0.7, beta: 0.3 };
const FOCAL_GAMMA = 2;
/** Distances are shares of 1, and their squared errors small beside a cross-entropy. */
const DISTANCE_WEIGHT = 2;

/** Names and shapes of what the losses are computed from. */
export function lossInputs(shape: WarpedShape): Record<string, TensorSpec> {
  return { ...warpedInputs(shape), maps: packedSpec(mapShape(shape)) };
}

/** The tensors of a batch; the caller disposes of them. */
export function lossFeeds(made: MapBatch): NamedTensors {
  return { ...warpedFeeds(made), maps: packBytes(made.maps) };
}

/**
 * The terms of the loss, of those pixels that count, and the mean squared error of the distances. Cross-entropy and focal
 * loss are means over pixels, weighted by class and, where gaps weigh more, by 1 + separation * exp(-(d1 + d2)^2 / (2 * 5^2))
 * (Ronneberger et al. 2015, equation 2). Dice and Tversky are of the whole batch, the mean over those classes that it has,
 * without the background.
 */
export function segmenterLosses(inputs: NamedTensors, options: SegmenterLossOptions): Record<string, tf.Scalar> {
  const { network, preprocessing, classes, terms, separation, classWeights, distance } = options;
  const images = withMargin(warpedImages(inputs, options, preprocessing), network.margin);
  const outputs = network.model.apply(images, { training: true }) as tf.Tensor4D;
  const { labels, depths, gaps } = targetsOf(inputs, options);
  const counts = labels.notEqual(IGNORED).toFloat(); // [n, h, w]
  const logits = distance ? outputs.slice([0, 0, 0, 0], [-1, -1, -1, classes + 1]) : outputs;
  const targets = tf.oneHot(labels.toInt(), classes + 1).toFloat(); // all zeros where pixels do not count
  const ofGaps = separation > 0 ? counts.mul(gaps.mul(separation / 255).add(1)) : counts;
  const weights = classWeights ? ofGaps.mul(targets.mul(tf.tensor1d([...classWeights])).sum(3)) : ofGaps;
  const given = { logits, targets, counts, weights };
  const losses = terms.map((term) => [term.replace("-", "_"), TERMS[term](given)] as const);
  if (!distance) return Object.fromEntries(losses);
  const deep = outputs.slice([0, 0, 0, classes + 1], [-1, -1, -1, 1]).squeeze([3]);
  const errors = deep.sub(depths.div(255)).square().mul(counts);
  return { ...Object.fromEntries(losses), distance: meanOf(errors, counts).mul(DISTANCE_WEIGHT) };
}

interface Given {
  /** [n, h, w, classes + 1] */
  logits: tf.Tensor;
  targets: tf.Tensor;
  /** [n, h, w]: 1 for pixels that count, else 0 */
  counts: tf.Tensor;
  /** [n, h, w] */
  weights: tf.Tensor;
}

const TERMS: Readonly<Record<LossTerm, (given: Given) => tf.Scalar>> = {
  "cross-entropy": ({ logits, targets, weights }) => {
    const values = targets.mul(tf.logSoftmax(logits)).sum(3).neg();
    return meanOf(values.mul(weights), weights);
  },
  focal: ({ logits, targets, weights }) => {
    const values = targets.mul(tf.logSoftmax(logits)).sum(3).neg();
    const missing = tf.sub(1, values.neg().exp());
    return meanOf(values.mul(missing.pow(FOCAL_GAMMA)).mul(weights), weights);
  },
  dice: (given) => ofForeground(given, dice({ axis: [0, 1, 2] })),
  tversky: (given) => ofForeground(given, tversky({ ...TVERSKY, axis: [0, 1, 2] })),
};

/** The mean over the classes that the batch has, without the background; 0 where it has none. */
function ofForeground(
  { logits, targets, counts }: Given,
  loss: (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor,
): tf.Scalar {
  const shares = tf.softmax(logits).mul(counts.expandDims(3));
  const values = loss(targets, shares); // [classes + 1]
  const present = targets.sum([0, 1, 2]).greater(0).toFloat();
  const [own, of] = [values, present].map((one) => one.slice([1])) as [tf.Tensor, tf.Tensor];
  return meanOf(own.mul(of), of);
}

/** The sum over that of the shares; 0 where these are 0. */
function meanOf(values: tf.Tensor, shares: tf.Tensor): tf.Scalar {
  return values.sum().div(shares.sum().maximum(1e-6));
}

function mapShape({ batch, stored }: WarpedShape): number[] {
  return [batch, stored.height, stored.width, MAP_CHANNELS];
}

/** In a step: what the pixels of the canvas are, [n, h, w] each. */
function targetsOf(inputs: NamedTensors, options: SegmenterLossOptions) {
  const { canvas } = options.preprocessing;
  const bytes = unpackBytes(inputs.maps as tf.Tensor, mapShape(options)) as tf.Tensor4D;
  const maps = transformImages(bytes, inputs.transforms as tf.Tensor2D, {
    ...{ interpolation: "nearest", fillMode: "constant", fillValue: IGNORED },
    size: [canvas.height, canvas.width],
  });
  const [labels, depths, gaps] = tf.unstack(maps, 3) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  return { labels, depths, gaps };
}

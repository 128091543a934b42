import * as tf from "@tensorflow/tfjs";
import { flatIndices, gatherPerImage } from "../../core/ops/gather.ts";
import { BACKGROUND } from "./groundTruth.ts";

export interface SamplingOptions {
  /** How many to sample of each image. */
  count: number;
  /** At most this share of them is positive. */
  positiveFraction: number;
}

/** Which anchors of each image train: float32 masks of 0 and 1, to multiply elementwise losses with. */
export interface AnchorSample {
  /** [batch, n] */
  positive: tf.Tensor2D;
  /** [batch, n] */
  negative: tf.Tensor2D;
}

/** Which RoIs of each image train. */
export interface RoiSample {
  /** [batch, count] int32: rows of the RoIs, positives first; what no RoI was found for points at some row or other. */
  indices: tf.Tensor2D;
  /** [batch, count] float32: 1 for an object. Only the first count * positiveFraction slots ever are. */
  positive: tf.Tensor2D;
  /** [batch, count] float32: 1 for an object or background, 0 for a slot that stayed empty. */
  valid: tf.Tensor2D;
}

/**
 * Draws anchors at random, image by image: min(count * positiveFraction, all) positives, and as many negatives as then
 * are missing to `count`, if there are so many (Ren et al., "Faster R-CNN", 2015, section 3.1.3).
 *
 * @param matched [batch, n] int32, from the functions of groundTruth.ts
 * @param noise [batch, n] float32, uniform in 0..1, fed anew for every step: the lot of each anchor
 */
export function sampleAnchors(
  matched: tf.Tensor2D,
  noise: tf.Tensor2D,
  options: SamplingOptions = { count: 256, positiveFraction: 0.5 },
): AnchorSample {
  const [batch, n] = matched.shape;
  const { positives, negatives } = draw(matched, noise, options);
  const indices = flatIndices(tf.concat([positives.indices, negatives.indices], 1), n);
  const signs = tf.concat([positives.drawn, negatives.drawn.neg()], 1); // 1 positive, -1 negative, 0 not drawn
  const sampled: tf.Tensor2D = tf
    .scatterND(indices.reshape([-1, 1]), signs.reshape([-1]), [batch * n])
    .reshape([batch, n]);
  return { positive: tf.relu(sampled), negative: tf.less<tf.Tensor2D>(sampled, 0).cast("float32") };
}

/**
 * Draws RoIs at random, image by image, as {@link sampleAnchors} does, into exactly `count` slots an image.
 *
 * @param matched [batch, r] int32: the row of the object, background (-1) or ignored (-2; padding belongs there)
 * @param noise [batch, r] float32, uniform in 0..1, fed anew for every step
 */
export function sampleRois(
  matched: tf.Tensor2D,
  noise: tf.Tensor2D,
  options: SamplingOptions = { count: 48, positiveFraction: 0.5 },
): RoiSample {
  const { positives, negatives } = draw(matched, noise, options);
  const most = positives.indices.shape[1];
  const slots: tf.Tensor2D = tf.range(0, options.count, 1, "int32").reshape([1, options.count]);
  const positiveCount = positives.drawn.sum<tf.Tensor2D>(1, true).cast("int32"); // [batch, 1]
  const negativeCount = negatives.drawn.sum<tf.Tensor2D>(1, true).cast("int32");
  const positive = tf.less<tf.Tensor2D>(slots, positiveCount);
  const filled = tf.less<tf.Tensor2D>(slots, positiveCount.add(negativeCount));
  // A slot takes the positive of its number while there are some, then the negatives from their first on.
  const fromNegatives: tf.Tensor2D = slots.sub(positiveCount).add(tf.scalar(most, "int32"));
  const last = tf.scalar(most + negatives.indices.shape[1] - 1, "int32");
  const source = tf.where<tf.Tensor2D>(positive, slots, fromNegatives.minimum(last));
  const drawn = tf.concat([positives.indices, negatives.indices], 1);
  return {
    indices: gatherPerImage(drawn, source) as tf.Tensor2D,
    positive: positive.cast("float32"),
    valid: filled.cast("float32"),
  };
}

/** Indices in the order of their lots, and 1 for those that are drawn, which come first. */
interface Drawn {
  indices: tf.Tensor2D;
  drawn: tf.Tensor2D;
}

function draw(
  matched: tf.Tensor2D,
  noise: tf.Tensor2D,
  { count, positiveFraction }: SamplingOptions,
): { positives: Drawn; negatives: Drawn } {
  const n = matched.shape[1];
  const isPositive = tf.greaterEqual(matched, 0);
  const isNegative = tf.equal(matched, BACKGROUND);
  const positive = tf.topk(tf.where(isPositive, noise, -1), Math.min(Math.floor(count * positiveFraction), n));
  const negative = tf.topk(tf.where(isNegative, noise, -1), Math.min(count, n));
  const drawnPositive: tf.Tensor2D = tf.greaterEqual(positive.values, 0).cast("float32");
  const ranks = tf.range(0, Math.min(count, n), 1, "float32");
  const open = tf.sub(count, drawnPositive.sum(1, true)); // [batch, 1]
  const drawnNegative: tf.Tensor2D = tf
    .logicalAnd(tf.greaterEqual(negative.values, 0), tf.less(ranks, open))
    .cast("float32");
  return {
    positives: { indices: positive.indices, drawn: drawnPositive },
    negatives: { indices: negative.indices, drawn: drawnNegative },
  };
}

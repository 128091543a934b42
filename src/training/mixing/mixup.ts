import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { gatherRows } from "../../core/ops/gather.ts";
import { betaShares } from "./betaShares.ts";

/** Images and what they show: one-hot, or shares of classes. */
export interface MixedBatch {
  /** [n, h, w, c] */
  images: tf.Tensor4D;
  /** [n, classes] */
  targets: tf.Tensor2D;
}

/**
 * Each image, and its target, mixed with another of the batch: share * x + (1 - share) * x[partners] (Zhang et al.,
 * "mixup", 2018). Pure, so that a step may be compiled with it; feed it `drawMixup`'s numbers.
 *
 * @param partners [n] int32, each in 0..n-1 @param shares [n], 0 to 1
 */
export function mixup({ images, targets }: MixedBatch, partners: tf.Tensor1D, shares: tf.Tensor1D): MixedBatch {
  return { images: mixed(images, partners, shares), targets: mixed(targets, partners, shares) };
}

/** What {@link mixup} is fed: partners in random order, and shares of the distribution Beta(alpha, alpha). */
export function drawMixup(random: Random, count: number, alpha = 0.2): { partners: Int32Array; shares: Float32Array } {
  const partners = random.shuffle(Int32Array.from({ length: count }, (_, i) => i));
  return { partners, shares: betaShares(random, count, alpha) };
}

/** share * x + (1 - share) * x[partners], each row with a share of its own. */
export function mixed<T extends tf.Tensor>(x: T, partners: tf.Tensor1D, shares: tf.Tensor1D): T {
  const share = shares.reshape([-1, ...x.shape.slice(1).map(() => 1)]);
  return x.mul(share).add(gatherRows(x, partners).mul(tf.sub(1, share)));
}

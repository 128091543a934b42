import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { gatherRows } from "../../core/ops/gather.ts";
import { betaShares } from "./betaShares.ts";
import { mixed, type MixedBatch } from "./mixup.ts";

/**
 * A rectangle of each image is replaced by that of another of the batch, and the targets are mixed by area (Yun et al.,
 * "CutMix", 2019). Pure, so that a step may be compiled with it; feed it `drawCutmix`'s numbers.
 *
 * @param partners [n] int32, each in 0..n-1
 * @param boxes [n, 4] as x1, y1, x2, y2 in whole pixels, within the image: those from x1 to before x2 are replaced
 */
export function cutmix({ images, targets }: MixedBatch, partners: tf.Tensor1D, boxes: tf.Tensor2D): MixedBatch {
  const [, height, width] = images.shape;
  const [x1, y1, x2, y2] = tf.split(boxes, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const across = within(tf.range(0, width), x1, x2).expandDims(1); // [n, 1, w]
  const down = within(tf.range(0, height), y1, y2).expandDims(2); // [n, h, 1]
  const replaced = across.mul(down).expandDims(3); // [n, h, w, 1]
  const area = x2.sub(x1).mul(y2.sub(y1)).flatten();
  return {
    images: images.mul(tf.sub(1, replaced)).add(gatherRows(images, partners).mul(replaced)),
    targets: mixed(targets, partners, tf.sub(1, area.div(height * width))),
  };
}

/**
 * What {@link cutmix} is fed: partners in random order, and boxes around a random place that take 1 - share of the image,
 * share of the distribution Beta(alpha, alpha), cut off at its edges.
 */
export function drawCutmix(
  random: Random,
  count: number,
  { height, width }: { height: number; width: number },
  alpha = 1,
): { partners: Int32Array; boxes: Float32Array } {
  const partners = random.shuffle(Int32Array.from({ length: count }, (_, i) => i));
  const boxes = [...betaShares(random, count, alpha)].flatMap((share) => {
    const [x1, x2] = cut(random, width, share);
    const [y1, y2] = cut(random, height, share);
    return [x1, y1, x2, y2];
  });
  return { partners, boxes: Float32Array.from(boxes) };
}

/** From and to of a part around a random place, sqrt(1 - share) of the length. */
function cut(random: Random, length: number, share: number): [number, number] {
  const size = Math.floor(length * Math.sqrt(1 - share));
  const from = random.int(length) - Math.floor(size / 2);
  return [Math.max(from, 0), Math.min(from + size, length)];
}

/** 1 where from <= position < to, [n, positions]. */
function within(positions: tf.Tensor1D, from: tf.Tensor2D, to: tf.Tensor2D): tf.Tensor2D {
  return positions.greaterEqual(from).logicalAnd<tf.Tensor2D>(positions.less(to)).toFloat();
}

import * as tf from "@tensorflow/tfjs";

/** Scale of the four deltas (x, y, width, height): the inverse of the deviation they are expected to have. */
export type BoxWeights = readonly [number, number, number, number];

const UNIT: BoxWeights = [1, 1, 1, 1];

/** Deltas of size are cut here, so that one bad prediction does not make a box too large for a float. */
const LARGEST_LOG_RATIO = Math.log(1000 / 16);

/** Sides below this many pixels count as this long when encoded: padding must not give log(0). */
const SMALLEST_SIDE = 1e-3;

/**
 * How a box differs from its anchor, the target of box regression: dx = (x - xa) / wa, dy = (y - ya) / ha,
 * dw = log(w / wa), dh = log(h / ha) with centres x, y, each times its weight
 * (Girshick et al., "Rich feature hierarchies", 2014, appendix C).
 *
 * @param truth [..., 4] as x1, y1, x2, y2 @param anchors [..., 4], broadcast against `truth`
 * @returns [..., 4]
 */
export function encodeBoxes(truth: tf.Tensor, anchors: tf.Tensor, weights: BoxWeights = UNIT): tf.Tensor {
  const box = centreAndSize(truth);
  const anchor = centreAndSize(anchors);
  const anchorSize = anchor.size.maximum(SMALLEST_SIDE);
  const shift = box.centre.sub(anchor.centre).div(anchorSize); // [..., 2]
  const stretch = box.size.maximum(SMALLEST_SIDE).div(anchorSize).log(); // [..., 2]
  return weighted(tf.concat([shift, stretch], -1), weights);
}

/**
 * The box that deltas make of an anchor, the inverse of {@link encodeBoxes}, with gradient. Deltas of width and height
 * are cut at log(1000 / 16) after weighting.
 *
 * @param deltas [..., 4] @param anchors [..., 4], broadcast against `deltas`
 * @returns [..., 4] as x1, y1, x2, y2, not clipped to any image
 */
export function decodeBoxes(deltas: tf.Tensor, anchors: tf.Tensor, weights: BoxWeights = UNIT): tf.Tensor {
  const anchor = centreAndSize(anchors);
  const [wx, wy, ww, wh] = weights;
  const [shift, stretch] = halves(weighted(deltas, [1 / wx, 1 / wy, 1 / ww, 1 / wh]));
  const centre = shift.mul(anchor.size).add(anchor.centre); // [..., 2]
  const half = stretch.minimum(LARGEST_LOG_RATIO).exp().mul(anchor.size.mul(0.5));
  return tf.concat([centre.sub(half), centre.add(half)], -1);
}

/** Boxes [..., 4] cut to the image; one that lies outside becomes empty. */
export function clipBoxes(boxes: tf.Tensor, { width, height }: { width: number; height: number }): tf.Tensor {
  return boxes.maximum(0).minimum(tf.tensor1d([width, height, width, height]));
}

/** Centre and size, [..., 2] each. */
function centreAndSize(boxes: tf.Tensor): { centre: tf.Tensor; size: tf.Tensor } {
  const [low, high] = halves(boxes);
  const size = high.sub(low);
  return { centre: low.add(size.mul(0.5)), size };
}

/** The first and the last two of four columns. */
function halves(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
}

function weighted(x: tf.Tensor, weights: BoxWeights): tf.Tensor {
  return weights.every((weight) => weight === 1) ? x : x.mul(tf.tensor1d([...weights]));
}

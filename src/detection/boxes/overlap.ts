import * as tf from "@tensorflow/tfjs";

/** Added to an area so that the IoU of two empty boxes is 0 and not 0 / 0; far below one float32 step of a real area. */
const TINY_AREA = 1e-9;

/**
 * IoU of every box of a with every box of b, image by image: area of the intersection / area of the union.
 * Twelve ops whatever the sizes, largest when the longer list is b. No gradient is meant to pass.
 *
 * @param a [batch, n, 4] as x1, y1, x2, y2 @param b [batch, m, 4], or [m, 4] when it is the same for every image
 * @returns [batch, n, m]
 */
export function batchedIou(a: tf.Tensor3D, b: tf.Tensor2D | tf.Tensor3D): tf.Tensor3D {
  const { intersection, areaA, areaB } = pairwiseIntersection(a, b);
  const union = areaA.add(areaB).sub(intersection);
  return intersection.div(union).reshape(pairShape(a, b));
}

/**
 * Like {@link batchedIou} for the boxes of a that are no ignored regions; for one that is, the share of the box of b
 * that lies within it (intersection / area of b), which is what makes a box of b count as "in the ignored region".
 *
 * @param a [batch, n, 4] @param ignored [batch, n], 1 for an ignored region, else 0 @param b [batch, m, 4] or [m, 4]
 * @returns [batch, n, m]
 */
export function overlapWithIgnored(a: tf.Tensor3D, ignored: tf.Tensor2D, b: tf.Tensor2D | tf.Tensor3D): tf.Tensor3D {
  const { intersection, areaA, areaB } = pairwiseIntersection(a, b);
  const counts = tf.sub(1, ignored).reshape([...areaA.shape]);
  const denominator = areaA.sub(intersection).mul(counts).add(areaB);
  return intersection.div(denominator).reshape(pairShape(a, b));
}

interface Intersections {
  /** Of every pair: [batch, n, m], or [batch * n, m] when b is shared (two dimensions broadcast faster than three). */
  intersection: tf.Tensor;
  /** Broadcasts along the columns. */
  areaA: tf.Tensor;
  /** Broadcasts along the rows. */
  areaB: tf.Tensor;
}

function pairwiseIntersection(a: tf.Tensor3D, b: tf.Tensor2D | tf.Tensor3D): Intersections {
  const [batch, n] = a.shape;
  const m = b.shape[b.rank - 2] ?? 0;
  const columnShape = b.rank === 2 ? [batch * n, 1] : [batch, n, 1];
  const rowShape = b.rank === 2 ? [1, m] : [batch, 1, m];
  const [ax1, ay1, ax2, ay2] = corners(a, columnShape);
  const [bx1, by1, bx2, by2] = corners(b, rowShape);
  const width = tf.relu(tf.sub(tf.minimum(ax2, bx2), tf.maximum(ax1, bx1)));
  const height = tf.relu(tf.sub(tf.minimum(ay2, by2), tf.maximum(ay1, by1)));
  return {
    intersection: width.mul(height),
    areaA: tf.mul(ax2.sub(ax1), ay2.sub(ay1)),
    areaB: tf.mul(bx2.sub(bx1), by2.sub(by1)).add(TINY_AREA),
  };
}

/** The four columns of boxes [..., 4], each of the shape given. */
function corners(boxes: tf.Tensor, shape: number[]): [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] {
  const columns = tf.split(boxes, 4, -1).map((column) => column.reshape(shape));
  return columns as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
}

function pairShape(a: tf.Tensor3D, b: tf.Tensor2D | tf.Tensor3D): [number, number, number] {
  return [a.shape[0], a.shape[1], b.shape[b.rank - 2] ?? 0];
}

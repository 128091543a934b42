import * as tf from "@tensorflow/tfjs";
import { usesNativeOps } from "../../engine/graph/target.ts";

/**
 * Enlarges maps twice by nearest neighbours and cuts them to a size: y[i, j] = x[floor(i / 2), floor(j / 2)].
 *
 * @param x [n, ceil(height / 2), ceil(width / 2), c]
 * @returns [n, height, width, c]
 * @throws if x has other sizes
 */
export function upsampleTwice(x: tf.Tensor4D, height: number, width: number): tf.Tensor4D {
  if (x.shape[1] !== Math.ceil(height / 2) || x.shape[2] !== Math.ceil(width / 2)) {
    throw new Error(`upsampleTwice: [${x.shape.join(", ")}] is not half as large as ${height} x ${width}`);
  }
  // Resizing k pixels to 2k - 1 reads pixel floor(i / 2) just as resizing to 2k does, for i k / (2k - 1) lies between
  // i / 2 and the next whole number: cutting is free. Measured on [4, 15, 20, 96], 2 cores, forward and backward:
  // 0.6 ms, against 0.9 to 2.2 ms with broadcasting, tiling or joining.
  if (usesNativeOps()) return tf.image.resizeNearestNeighbor(x, [height, width]);
  const enlarge = tf.customGrad(() => ({
    value: tf.image.resizeNearestNeighbor(x, [height, width]),
    gradFunc: (dy) => sumOfCopies(dy),
  }));
  return enlarge(x);
}

/** The gradient; tfjs's own is wrong for batches on `cpu`. */
function sumOfCopies(dy: tf.Tensor4D): tf.Tensor4D {
  const [n, height, width, c] = dy.shape;
  const [h, w] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const even = tf.pad4d(dy, [[0, 0], [0, 2 * h - height], [0, 2 * w - width], [0, 0]]); // prettier-ignore
  const rows = even.reshape([n * h, 2, 2 * w * c]).sum(1);
  const cells = rows.reshape([n * h * w, 2, c]).sum(1);
  return cells.reshape([n, h, w, c]);
}

import * as tf from "@tensorflow/tfjs";
import type { Size } from "../../base/preprocessing.ts";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";
import { gatherRows } from "./gather.ts";

/**
 * Images seen through a projective transform each, bilinear; what lies outside of an image is `fill`. No gradient passes.
 *
 * @param images [n, h, w, c] float32
 * @param transforms [n, 8] as a0, a1, a2, b0, b1, b2, c0, c1: the pixel (x, y) of the result shows the point
 * ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) of the image, with k = c0 x + c1 y + 1; whole numbers are the middles
 * of pixels
 * @returns [n, size.height, size.width, c]
 */
export function projectImages(images: tf.Tensor4D, transforms: tf.Tensor2D, size: Size, fill: number): tf.Tensor4D {
  if (!usesNativeOps()) return gatherProjected(images, transforms, size, fill);
  const shape = tf.tensor1d([size.height, size.width], "int32");
  const attributes = { dtype: "float32", interpolation: "BILINEAR", fill_mode: "CONSTANT" };
  const inputs = [images, transforms, shape, tf.scalar(fill)];
  return nativeOp("ImageProjectiveTransformV3", attributes, inputs)[0] as tf.Tensor4D;
}

/** The same of plain ops. */
function gatherProjected(
  images: tf.Tensor4D,
  transforms: tf.Tensor2D,
  { width, height }: Size,
  fill: number,
): tf.Tensor4D {
  const [n, rows, columns, channels] = images.shape;
  const x = tf.range(0, width).reshape([1, 1, width]);
  const y = tf.range(0, height).reshape([1, height, 1]);
  const part = (i: number): tf.Tensor => transforms.slice([0, i], [-1, 1]).reshape([n, 1, 1]);
  const line = (i: number): tf.Tensor =>
    part(i)
      .mul(x)
      .add(part(i + 1).mul(y));
  const depth = line(6).add(1);
  const u = line(0).add(part(2)).div(depth); // [n, height, width]
  const v = line(3).add(part(5)).div(depth);
  const [left, top] = [u.floor(), v.floor()];
  const [right, down] = [u.sub(left), v.sub(top)];
  const table = images.reshape([-1, channels]);
  const image = tf.range(0, n, 1, "int32").reshape([n, 1, 1]);
  const at = (column: tf.Tensor, row: tf.Tensor, weight: tf.Tensor): tf.Tensor => {
    const inside = column
      .greaterEqual(0)
      .logicalAnd(column.lessEqual(columns - 1))
      .logicalAnd(row.greaterEqual(0).logicalAnd(row.lessEqual(rows - 1)));
    const [safeRow, safeColumn] = [row.clipByValue(0, rows - 1), column.clipByValue(0, columns - 1)];
    const index = image.mul(tf.scalar(rows * columns, "int32")).add(safeRow.mul(columns).add(safeColumn).toInt());
    const values = gatherRows(table, index.flatten().toInt()).reshape([n, height, width, channels]);
    const shown = tf.where(inside.expandDims(3).tile([1, 1, 1, channels]), values, tf.fill(values.shape, fill));
    return shown.mul(weight.expandDims(3));
  };
  return tf.addN([
    at(left, top, tf.sub(1, right).mul(tf.sub(1, down))),
    at(left.add(1), top, right.mul(tf.sub(1, down))),
    at(left, top.add(1), tf.sub(1, right).mul(down)),
    at(left.add(1), top.add(1), right.mul(down)),
  ]) as tf.Tensor4D;
}

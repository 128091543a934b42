import * as tf from "@tensorflow/tfjs";
import { type Framing, ROUNDING } from "../../base/preprocessing.ts";
import type { TensorSpec } from "../../engine/graph/step.ts";

/** The widths and heights of a batch of images, in their own pixels, as a step is fed them. */
export function sizesSpec(batch: number): TensorSpec {
  return { shape: [batch, 2], dtype: "float32" };
}

/** Where images lie on the canvas, as `placeOnCanvas` has it: canvas = scale * image + offset, x before y. */
export interface PlacedBatch {
  /** [n, 2] */
  scale: tf.Tensor2D;
  offset: tf.Tensor2D;
}

/**
 * `placeOnCanvas` within a step, for what is to answer in pixels of images that only it knows.
 *
 * @param sizes [n, 2] float32: widths and heights of images
 */
export function placeBatch(sizes: tf.Tensor2D, { canvas, resize }: Framing): PlacedBatch {
  if (resize === "tiles") throw new Error("placeBatch: images that are seen by windows lie in no one place");
  const whole = tf.tensor2d([canvas.width, canvas.height], [1, 2]);
  const scales = tf.div<tf.Tensor2D>(whole, sizes);
  const down = scales.slice([0, 1], [-1, 1]); // so that the height is the canvas's
  const scale = {
    ...{ stretch: () => scales, line: () => down },
    ...{ fit: () => scales.min(1, true), crop: () => scales.max(1, true) },
  }[resize]();
  const rounded = sizes.mul(scale).add(ROUNDING).floor().maximum(1);
  const scaled = resize === "line" ? rounded.minimum(whole) : rounded;
  const gap = tf.sub<tf.Tensor2D>(whole, scaled).div(2).floor();
  const offset: tf.Tensor2D = resize === "line" ? gap.mul(tf.tensor2d([0, 1], [1, 2])) : (gap as tf.Tensor2D);
  return { scale: scaled.div(sizes), offset };
}

/**
 * Boxes on the canvas in pixels of the images, clipped to them.
 *
 * @param boxes [n, k, 4] as x1, y1, x2, y2 @param sizes [n, 2] float32: widths and heights of the images
 */
export function boxesFromCanvas(boxes: tf.Tensor3D, sizes: tf.Tensor2D, framing: Framing): tf.Tensor3D {
  const { scale, offset } = placeBatch(sizes, framing);
  const corners = (pair: tf.Tensor2D): tf.Tensor3D => tf.concat([pair, pair], 1).reshape([-1, 1, 4]);
  return boxes.sub(corners(offset)).div(corners(scale)).maximum(0).minimum(corners(sizes));
}

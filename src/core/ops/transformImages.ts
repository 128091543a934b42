import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";
import { gatherRows } from "./gather.ts";
import type { Interpolation } from "./resize.ts";

/**
 * What is read outside of an image: `reflect` d c b a | a b c d | d c b a, `wrap` a b c d | a b c d | a b c d,
 * `constant` one value, `nearest` a a a a | a b c d | d d d d.
 */
export const FILL_MODES = ["reflect", "wrap", "constant", "nearest"] as const;

export type FillMode = (typeof FILL_MODES)[number];

export interface TransformOptions {
  interpolation: Interpolation;
  fillMode: FillMode;
  /** What `constant` reads outside (default 0). */
  fillValue?: number;
  /** Height and width of the result; by default those of the images. */
  size?: readonly [height: number, width: number];
}

/**
 * Each image read through a projective transform of its own: pixel (x, y) of the result is read at
 * ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1, with whole numbers at pixel centres, as TensorFlow's
 * ImageProjectiveTransformV3 and Keras's affine_transform have it. With native ops it is that op. Gradients flow to
 * the images, and not to the transforms. No k may be 0.
 *
 * @param images [n, h, w, c] float32 @param transforms [n, 8]: a0, a1, a2, b0, b1, b2, c0, c1
 * @returns [n, height, width, c]
 */
export function transformImages(images: tf.Tensor4D, transforms: tf.Tensor2D, options: TransformOptions): tf.Tensor4D {
  const size = options.size ?? [images.shape[1], images.shape[2]];
  if (!usesNativeOps()) return sampleTransformed(images, transforms, size, options);
  const { interpolation, fillMode, fillValue = 0 } = options;
  const attributes = {
    dtype: "float32",
    interpolation: interpolation.toUpperCase(),
    fill_mode: fillMode.toUpperCase(),
  };
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const inputs = [images, transforms, tf.tensor1d([...size], "int32"), tf.scalar(fillValue)];
    const [value] = nativeOp("ImageProjectiveTransformV3", attributes, inputs);
    save([transforms]);
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      spreadTransformed(dy as tf.Tensor4D, images.shape, saved as tf.Tensor2D, options);
    return { value, gradFunc };
  });
  return withGradient(images) as tf.Tensor4D;
}

/** The same of plain ops. */
function sampleTransformed(
  images: tf.Tensor4D,
  transforms: tf.Tensor2D,
  size: readonly [number, number],
  options: TransformOptions,
): tf.Tensor4D {
  const { fillMode, fillValue = 0 } = options;
  const table = images.reshape([-1, images.shape[3]]);
  const samples = cellsRead(images.shape, transforms, size, options).map(({ cell, inside, weight }) => {
    const read = gatherRows(table, cell); // [n, height, width, c]
    const filled = fillMode === "constant" ? read.mul(inside).add(tf.sub(1, inside).mul(fillValue)) : read;
    return filled.mul(weight);
  });
  return tf.addN(samples) as tf.Tensor4D;
}

/** The gradient for the images: each pixel's slope goes back to the cells it was mixed of. */
function spreadTransformed(
  dy: tf.Tensor4D,
  shape: Shape4D,
  transforms: tf.Tensor2D,
  options: TransformOptions,
): tf.Tensor4D {
  const [n, h, w, c] = shape;
  const spread = cellsRead(shape, transforms, [dy.shape[1], dy.shape[2]], options).map(({ cell, inside, weight }) => {
    const shares: tf.Tensor = dy.mul(weight.mul(inside));
    return tf.scatterND(cell.reshape([-1, 1]), shares.reshape([-1, c]), [n * h * w, c]);
  });
  return tf.addN(spread).reshape(shape);
}

type Shape4D = [n: number, h: number, w: number, c: number];

/** Of what cells each pixel of the result is mixed: rows of all images' cells [n, height, width], and shares [..., 1]. */
function cellsRead(
  [n, h, w]: Shape4D,
  transforms: tf.Tensor2D,
  [height, width]: readonly [number, number],
  { interpolation, fillMode }: TransformOptions,
): { cell: tf.Tensor; inside: tf.Tensor; weight: tf.Tensor }[] {
  const [a0, a1, a2, b0, b1, b2, c0, c1] = tf.split(transforms, 8, 1).map((column) => column.reshape([n, 1, 1])) as [
    T,
    T,
    T,
    T,
    T,
    T,
    T,
    T,
  ];
  const x = tf.range(0, width).reshape([1, 1, width]);
  const y = tf.range(0, height).reshape([1, height, 1]);
  const at = (p: T, q: T, r: T): T => p.mul(x).add(q.mul(y)).add(r); // [n, height, width]
  const k = at(c0, c1, tf.scalar(1));
  const across = positions(at(a0, a1, a2).div(k), w, fillMode, interpolation);
  const down = positions(at(b0, b1, b2).div(k), h, fillMode, interpolation);
  const start = tf.range(0, n).mul(h * w).reshape([n, 1, 1]); // prettier-ignore
  return down.flatMap((row) =>
    across.map((column) => ({
      cell: row.index.mul(w).add(column.index).add(start).toInt(),
      inside: row.inside.mul(column.inside).expandDims(3),
      weight: row.weight.mul(column.weight).expandDims(3),
    })),
  );
}

type T = tf.Tensor;

/** The cells along one axis that are read at a position, moved onto the axis; whether they lie there; their shares. */
function positions(position: T, length: number, mode: FillMode, interpolation: Interpolation) {
  const mapped = moved(position, length, mode);
  const low = interpolation === "nearest" ? rounded(mapped) : mapped.floor();
  const cell = (index: T, weight: T) => {
    const onAxis = index.clipByValue(0, length - 1);
    return { index: onAxis, inside: index.equal(onAxis).toFloat(), weight };
  };
  if (interpolation === "nearest") return [cell(low, tf.onesLike(low))];
  const share = mapped.sub(low);
  return [cell(low, tf.sub(1, share)), cell(low.add(1), share)];
}

/** Half away from zero, as C rounds. */
function rounded(x: T): T {
  return x.abs().add(0.5).floor().mul(x.sign());
}

function moved(position: T, length: number, mode: FillMode): T {
  if (mode === "constant") return position;
  return folded(position, length, mode).clipByValue(0, length - 1);
}

/** What TensorFlow maps coordinates outside of the axis to (image_ops.h, MapCoordinate). */
function folded(position: T, length: number, mode: FillMode): T {
  if (mode === "nearest") return position;
  if (length === 1) return tf.zerosLike(position);
  const below = position.less(0);
  const above = position.greater(length - 1);
  if (mode === "reflect") {
    const period = 2 * length;
    const up = position.add(position.neg().div(period).floor().mul(period)); // in (-period, 0]
    const fromBelow = tf.where(up.less(-length), up.add(period), up.neg().sub(1));
    const down = position.sub(position.div(period).floor().mul(period)); // in [0, period)
    const fromAbove = tf.where(down.greaterEqual(length), tf.sub(period - 1, down), down);
    return tf.where(below, fromBelow, tf.where(above, fromAbove, position));
  }
  const turns = position.abs().div(length - 1).floor(); // prettier-ignore
  const fromBelow = position.add(turns.add(1).mul(length));
  return tf.where(below, fromBelow, tf.where(above, position.sub(turns.mul(length)), position));
}

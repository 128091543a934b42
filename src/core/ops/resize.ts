import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";

export type Interpolation = "nearest" | "bilinear";

/**
 * Images resized, with the gradient. Pixel centres lie at halves, as in Keras 3 and Pillow: pixel i of the result is
 * read at (i + 0.5) * from / to - 0.5, from the nearest pixel (a tie goes to the later one) or mixed of the two around
 * it; what lies outside is moved to the edge. Shrinking does not average (Keras's antialias = False).
 *
 * @param x [n, h, w, c] float32 @param size height and width of the result
 * @returns [n, height, width, c]
 */
export function resizeImages(
  x: tf.Tensor4D,
  size: readonly [height: number, width: number],
  interpolation: Interpolation,
): tf.Tensor4D {
  if (size[0] === x.shape[1] && size[1] === x.shape[2]) return x;
  return usesNativeOps() ? nativeResize(x, size, interpolation) : resizeByProducts(x, size, interpolation);
}

/** One op forward and one backward. */
function nativeResize(x: tf.Tensor4D, size: readonly [number, number], interpolation: Interpolation): tf.Tensor4D {
  const op = interpolation === "bilinear" ? "ResizeBilinear" : "ResizeNearestNeighbor";
  const attributes = { T: "float32", align_corners: false, half_pixel_centers: true };
  const [, height, width] = x.shape;
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value] = nativeOp(op, attributes, [x, tf.tensor1d([...size], "int32")]);
    save(interpolation === "bilinear" ? [x] : []);
    const gradFunc = (dy: tf.Tensor, [image]: tf.Tensor[]) =>
      nativeOp(`${op}Grad`, attributes, [dy, image ?? tf.tensor1d([height, width], "int32")]);
    return { value, gradFunc };
  });
  return withGradient(x) as tf.Tensor4D;
}

/** A matrix product down the rows and one along the columns, whose gradients tfjs knows. */
function resizeByProducts(x: tf.Tensor4D, size: readonly [number, number], interpolation: Interpolation): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const [height, width] = size;
  const tall = along(x.reshape([n, h, w * c]), height, interpolation); // [n, height, w * c]
  const wide = along(tall.reshape([n * height, w, c]), width, interpolation); // [n * height, width, c]
  return wide.reshape([n, height, width, c]);
}

/** [n, from, c] -> [n, to, c] */
function along(x: tf.Tensor3D, to: number, interpolation: Interpolation): tf.Tensor3D {
  const [n, from] = x.shape;
  const weights = tf.tensor3d(weightsOf(from, to, interpolation), [1, to, from]).tile([n, 1, 1]);
  return tf.matMul(weights, x);
}

/** Row i holds the share of each pixel in pixel i of the result. */
function weightsOf(from: number, to: number, interpolation: Interpolation): Float32Array {
  const weights = new Float32Array(to * from);
  const add = (row: number, pixel: number, share: number): void => {
    const at = row * from + Math.min(Math.max(pixel, 0), from - 1);
    weights[at] = (weights[at] ?? 0) + share;
  };
  const step = Math.fround(from / to); // as TensorFlow has it, whose choice at ties depends on it
  for (let i = 0; i < to; i++) {
    const centre = Math.fround(Math.fround(i + 0.5) * step);
    if (interpolation === "nearest") {
      add(i, Math.floor(centre), 1);
      continue;
    }
    const position = Math.max(centre - 0.5, 0);
    const low = Math.floor(position);
    add(i, low, 1 - (position - low));
    add(i, low + 1, position - low);
  }
  return weights;
}

/** The largest window of the wanted shape from the middle of each image, resized (Keras's crop_to_aspect_ratio). */
export function resizeWindow(
  x: tf.Tensor4D,
  size: readonly [height: number, width: number],
  interpolation: Interpolation,
): tf.Tensor4D {
  const [, h, w] = x.shape;
  const [tall, wide] = shapedLike(size, h, w);
  const [height, width] = [Math.max(Math.min(h, tall), 1), Math.max(Math.min(w, wide), 1)];
  const window = x.slice([0, Math.trunc((h - height) / 2), Math.trunc((w - width) / 2), 0], [-1, height, width, -1]);
  return resizeImages(window, size, interpolation);
}

/** Images padded with a value to the wanted shape, the same on both sides, and resized (Keras's pad_to_aspect_ratio). */
export function resizePadded(
  x: tf.Tensor4D,
  size: readonly [height: number, width: number],
  interpolation: Interpolation,
  value: number,
): tf.Tensor4D {
  const [, h, w] = x.shape;
  const [tall, wide] = shapedLike(size, h, w);
  const [rows, columns] = [Math.trunc(Math.max(tall - h, 0) / 2), Math.trunc(Math.max(wide - w, 0) / 2)];
  return resizeImages(tf.pad(x, [[0, 0], [rows, rows], [columns, columns], [0, 0]], value), size, interpolation); // prettier-ignore
}

/** The height that suits width w in the wanted shape, and the width that suits height h, cut to whole pixels. */
function shapedLike([height, width]: readonly [number, number], h: number, w: number): [number, number] {
  return [Math.trunc(Math.fround((w * height) / width)), Math.trunc(Math.fround((h * width) / height))];
}

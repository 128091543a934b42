import * as tf from "@tensorflow/tfjs";
import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import type { TensorSpec } from "../../engine/graph/step.ts";
import { packedSpec, unpackBytes } from "./bytes.ts";

/** How a step is fed images: `packed` as packBytes packs them, `uint8` as plain bytes, for what runs outside of Node. */
export type ImageInput = "packed" | "uint8";

/** What a step is fed that `canvasInput` takes. */
export function canvasSpec(batch: number, { canvas }: Preprocessing, input: ImageInput = "packed"): TensorSpec {
  const shape = canvasShape(batch, canvas);
  return input === "packed" ? packedSpec(shape) : { shape, dtype: "uint8" };
}

/** In a step: images on the canvas, as they are fed, as a network takes them: normalised, [batch, height, width, 3]. */
export function canvasInput(fed: tf.Tensor, batch: number, preprocessing: Preprocessing): tf.Tensor4D {
  const pixels = fed.rank === 4 ? fed.toFloat() : unpackBytes(fed, canvasShape(batch, preprocessing.canvas));
  return normalizeImages(pixels as tf.Tensor4D, preprocessing);
}

function canvasShape(batch: number, { width, height }: Size): number[] {
  return [batch, height, width, 3];
}

/**
 * Crops, scales, flips and normalises a whole batch at once: one CropAndResize, then pixel * scale + shift.
 * No gradient passes.
 *
 * @param images [n, stored height, stored width, 3] float32, 0..255
 * @param crops [n, 4] as y1, x1, y2, x2 with 0 and 1 at the centres of the outermost pixels
 * @param scale [n, 3]
 * @param shift [n, 3]
 * @returns [n, canvas.height, canvas.width, 3] float32
 */
export function cropImages(
  images: tf.Tensor4D,
  crops: tf.Tensor2D,
  scale: tf.Tensor2D,
  shift: tf.Tensor2D,
  { canvas, fill }: Preprocessing,
): tf.Tensor4D {
  const n = images.shape[0];
  const indices = tf.range(0, n, 1, "int32");
  const pixels = tf.image.cropAndResize(images, crops, indices, [canvas.height, canvas.width], "bilinear", fill);
  return pixels.mul(channelRows(scale, canvas.width)).add(channelRows(shift, canvas.width));
}

/** (pixel - mean) / deviation of images that lie on the canvas already, 0..255. */
export function normalizeImages(images: tf.Tensor4D, { mean, deviation }: Preprocessing): tf.Tensor4D {
  const scale = deviation.map((d) => 1 / d);
  const shift = mean.map((m, c) => -m * (scale[c] as number));
  const [, , width] = images.shape;
  const rowOf = (numbers: number[]): tf.Tensor4D => channelRows(tf.tensor2d(numbers, [1, 3]), width);
  return images.mul(rowOf(scale)).add(rowOf(shift));
}

/**
 * Numbers for the channels of images as a row of their pixels, to be multiplied with or added to them: TensorFlow copies what
 * it broadcasts, and three numbers at a time that takes as long as a fifth of a small MobileNet.
 *
 * @param numbers [n, c], or [1, c] for all images @param width of the images
 * @returns [n, 1, width, c]
 */
export function channelRows(numbers: tf.Tensor2D, width: number): tf.Tensor4D {
  return numbers.tile([1, width]).reshape([numbers.shape[0], 1, width, numbers.shape[1]]);
}

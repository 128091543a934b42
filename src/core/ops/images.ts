import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";

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
  return scaleChannels(pixels, scale, shift);
}

/** (pixel - mean) / deviation of images that lie on the canvas already, 0..255. */
export function normalizeImages(images: tf.Tensor4D, { mean, deviation }: Preprocessing): tf.Tensor4D {
  const scale = deviation.map((d) => 1 / d);
  const shift = mean.map((m, c) => -m * (scale[c] as number));
  return scaleChannels(images, tf.tensor2d(scale, [1, 3]), tf.tensor2d(shift, [1, 3]));
}

/**
 * pixel * scale + shift, a number each for every channel. Over rows of the image: TensorFlow copies what it broadcasts, and
 * three numbers at a time that takes as long as a third of MobileNet.
 *
 * @param images [n, h, w, c] @param scale [n, c], or [1, c] for all images @param shift likewise
 */
export function scaleChannels(images: tf.Tensor4D, scale: tf.Tensor2D, shift: tf.Tensor2D): tf.Tensor4D {
  const [n, h, w, c] = images.shape;
  const row = (numbers: tf.Tensor2D): tf.Tensor3D => numbers.tile([1, w]).reshape([-1, 1, w * c]);
  return images
    .reshape<tf.Tensor3D>([n, h, w * c])
    .mul(row(scale))
    .add(row(shift))
    .reshape(images.shape);
}

import * as tf from "@tensorflow/tfjs";

/**
 * The kernel with which a transposed convolution of stride `factor` is bilinear interpolation (Long et al., "Fully
 * Convolutional Networks for Semantic Segmentation", 2015): a tent of 2 factor pixels, 1 - |i + 0.5 - factor| / factor
 * for rows and columns, whose copies a factor apart add up to 1.
 *
 * @param factor how many times larger the map becomes, 1 or more
 * @returns [2 factor, 2 factor]
 */
export function bilinearKernel(factor: number): tf.Tensor2D {
  const tent = Array.from({ length: 2 * factor }, (_, i) => 1 - Math.abs(i + 0.5 - factor) / factor);
  return tf.tensor2d(tent.map((row) => tent.map((column) => row * column)));
}

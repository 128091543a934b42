import * as tf from "@tensorflow/tfjs";

/**
 * The kernel with which a transposed convolution of stride `factor` is bilinear interpolation (Long et al., "Fully
 * Convolutional Networks for Semantic Segmentation", 2015): a tent of {@link bilinearSide} rows and columns, 1 at its
 * middle and falling by 1 / factor with each pixel, whose copies a factor apart add up to 1.
 *
 * @param factor how many times larger the map becomes, 1 or more
 * @returns [side, side]
 */
export function bilinearKernel(factor: number): tf.Tensor2D {
  const side = bilinearSide(factor);
  const tent = Array.from({ length: side }, (_, i) => 1 - Math.abs(i - (side - 1) / 2) / factor);
  return tf.tensor2d(tent.map((row) => tent.map((column) => row * column)));
}

/** 2 factor, and one less for odd factors, whose pixels have one in their middle. */
export function bilinearSide(factor: number): number {
  return 2 * factor - (factor % 2);
}

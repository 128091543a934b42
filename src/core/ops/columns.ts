import * as tf from "@tensorflow/tfjs";

/**
 * Which columns of a map belong to an image that fills the left of its canvas: 1 for those that begin within its width,
 * 0 for what lies behind it. [batch] or [batch, 1] widths in pixels -> [batch, columns].
 *
 * @param stride pixels of the image for each column
 */
export function countingColumns(widths: tf.Tensor, columns: number, stride: number): tf.Tensor2D {
  const begins = tf.range(0, columns * stride, stride).expandDims(0);
  return begins.less(widths.reshape([-1, 1])).cast<tf.Tensor2D>("float32");
}

import * as tf from "@tensorflow/tfjs";
import { preprocessingIn } from "./preprocessingIn.ts";

/**
 * What a model is told of the sizes of images where it answers a predictor, which takes boxes on the canvas: that of the canvas,
 * for every image. The caller disposes of it.
 *
 * @param description of the model @returns undefined for a model that has no canvas
 */
export function canvasSizes(description: unknown, batch: number): tf.Tensor2D | undefined {
  const { canvas } = preprocessingIn(description) ?? {};
  return canvas && tf.tidy(() => tf.tile(tf.tensor2d([[canvas.width, canvas.height]]), [batch, 1]));
}

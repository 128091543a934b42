import * as tf from "@tensorflow/tfjs";
import { z } from "zod";

const Canvas = z.looseObject({
  preprocessing: z.looseObject({ canvas: z.object({ width: z.number(), height: z.number() }) }),
});

/**
 * What a model is told of the sizes of images where it answers a predictor, which takes boxes on the canvas: that of the canvas,
 * for every image. The caller disposes of it.
 *
 * @param description of the model @returns undefined for a model that has no canvas
 */
export function canvasSizes(description: unknown, batch: number): tf.Tensor2D | undefined {
  const { canvas } = Canvas.safeParse(description).data?.preprocessing ?? {};
  return canvas && tf.tidy(() => tf.tile(tf.tensor2d([[canvas.width, canvas.height]]), [batch, 1]));
}

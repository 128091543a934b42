import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { packBytes } from "../../core/ops/bytes.ts";
import { canvasBatch, fittedRecords } from "../../data/images/canvasImages.ts";
import type { FittedImage } from "../../data/images/fittedFiles.ts";
import type { ImageStore } from "../../data/images/imageStore.ts";
import type { RunStep } from "../../engine/graph/step.ts";
import { framesOf } from "./frames.ts";

/** What a reader's network says of an image. */
export interface FrameScores {
  /** [frames, classes + 1]: the logarithm of the probability of each character, and of the blank behind them. */
  logProbabilities: Float32Array;
  frames: number;
}

/** Runs a reader of the given batch size on up to so many images. */
export async function readImages(
  run: RunStep,
  batch: number,
  images: readonly FittedImage[],
  preprocessing: Preprocessing,
): Promise<FrameScores[]> {
  const widths = new Float32Array(batch);
  images.forEach(({ width }, slot) => (widths[slot] = width));
  const inputs = {
    images: packBytes(canvasBatch(images, batch, preprocessing)),
    widths: tf.tensor2d(widths, [batch, 1]),
  };
  const outputs = await run(inputs);
  const all = (outputs.logProbabilities as tf.Tensor).dataSync<"float32">();
  tf.dispose([inputs, outputs]);
  const size = all.length / batch;
  const outputsOfFrame = size / framesOf(preprocessing.canvas.width);
  return images.map(({ width }, slot) => {
    const frames = framesOf(width);
    return { logProbabilities: all.slice(slot * size, slot * size + frames * outputsOfFrame), frames };
  });
}

/** Runs a reader of the given batch size over stored images, in their order. */
export async function* readStored(
  run: RunStep,
  batch: number,
  store: ImageStore,
  preprocessing: Preprocessing,
): AsyncGenerator<FrameScores> {
  for await (const fitted of fittedRecords(store, batch)) yield* await readImages(run, batch, fitted, preprocessing);
}

import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../src/base/preprocessing.ts";
import type { ImageRecord } from "../src/data/dataset.ts";
import { canvasBatch, fittedRecords } from "../src/data/images/canvasImages.ts";
import { noCache } from "../src/data/images/imageCache.ts";
import { ImageStore } from "../src/data/images/imageStore.ts";
import type { NamedTensors } from "../src/engine/graph/step.ts";

// What the benches of exported detectors ask, and what of the answers they compare.

/** Detections with lower scores are left out of comparisons. */
export const LEAST_SCORE = 0.05;

/** What a detector's step is fed for each image: the pixels of its canvas, and the image's own size. */
export async function canvasInputs(
  records: readonly ImageRecord[],
  preprocessing: Preprocessing,
): Promise<{ images: tf.Tensor; sizes: tf.Tensor }[]> {
  const { width, height } = preprocessing.canvas;
  const inputs: { images: tf.Tensor; sizes: tf.Tensor }[] = [];
  for await (const images of fittedRecords(new ImageStore(records, preprocessing, { cache: noCache }), 1)) {
    const { original } = images[0] ?? { original: preprocessing.canvas };
    inputs.push({
      images: tf.tensor(canvasBatch(images, 1, preprocessing), [1, height, width, 3], "int32"),
      sizes: tf.tensor2d([[original.width, original.height]]),
    });
  }
  return inputs;
}

/** Only what has the least score; the best come first. */
export function scored({ scores, ...others }: NamedTensors): NamedTensors {
  const count = (scores as tf.Tensor).dataSync().filter((score) => score >= LEAST_SCORE).length;
  return { ...others, scores: scores as tf.Tensor, valid: tf.tensor1d([count], "int32") };
}

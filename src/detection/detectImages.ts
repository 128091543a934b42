import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import { packBytes } from "../core/ops/bytes.ts";
import { canvasBatch } from "../data/images/canvasImages.ts";
import type { FittedImage } from "../data/images/fittedFiles.ts";
import type { RunStep } from "../engine/graph/step.ts";
import type { Detections } from "../geometry/detections.ts";
import { fromCanvas } from "./fromCanvas.ts";

/** Runs a detector of the given batch size on up to so many images. */
export async function detectImages(
  run: RunStep,
  batch: number,
  images: readonly FittedImage[],
  preprocessing: Preprocessing,
): Promise<Detections[]> {
  const input = packBytes(canvasBatch(images, batch, preprocessing));
  const outputs = await run({ images: input });
  const [boxes, scores, classes, valid] = ["boxes", "scores", "classes", "valid"].map((name) =>
    (outputs[name] as tf.Tensor).dataSync<"float32" | "int32">(),
  ) as [Float32Array, Float32Array, Int32Array, Int32Array];
  const perImage = scores.length / batch;
  tf.dispose([input, outputs]);
  return images.map((image, slot) => {
    const from = slot * perImage;
    const to = from + (valid[slot] as number);
    const own = {
      boxes: boxes.subarray(from * 4, to * 4),
      scores: scores.subarray(from, to),
      classes: classes.subarray(from, to),
    };
    return fromCanvas(own, image.original, preprocessing);
  });
}

import * as tf from "@tensorflow/tfjs";
import { placeOnCanvas, type Preprocessing, type Size } from "../base/preprocessing.ts";
import { packBytes } from "../core/ops/bytes.ts";
import { pasteImage } from "../data/images/pasteImage.ts";
import type { NamedTensors } from "../engine/graph/step.ts";
import type { Detections } from "../geometry/detections.ts";
import { fromCanvas } from "./canvas.ts";

/** Chunks of images that are being decoded; reading an image takes a few turns of the event loop. */
export const CHUNKS_AHEAD = 4;

/** An image at the size that it has on the canvas, and the size it had before. */
export interface FittedImage extends Size {
  pixels: Uint8Array;
  original: Size;
}

/** Runs a detector's compiled step, see predictStep; the caller disposes of what it gives. */
export type RunDetector = (inputs: NamedTensors) => NamedTensors;

/** Runs a detector of the given batch size on up to so many images. */
export function detectImages(
  run: RunDetector,
  batch: number,
  images: readonly FittedImage[],
  preprocessing: Preprocessing,
): Detections[] {
  const { canvas, fill } = preprocessing;
  const pixels = new Uint8Array(batch * canvas.height * canvas.width * 3).fill(fill);
  images.forEach((image, slot) => {
    const { offsetX, offsetY } = placeOnCanvas(image.original, preprocessing);
    pasteImage(pixels, slot, canvas, image, offsetX, offsetY);
  });
  const input = packBytes(pixels);
  const outputs = run({ images: input });
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

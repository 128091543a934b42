import * as tf from "@tensorflow/tfjs";
import { placeOnCanvas, type Preprocessing, type Size } from "../base/preprocessing.ts";
import { packBytes } from "../core/ops/bytes.ts";
import { pasteImage } from "../data/images/pasteImage.ts";
import type { Program } from "../engine/graph/program.ts";
import type { Detections } from "../geometry/detections.ts";
import { fromCanvas } from "./canvas.ts";

/** Chunks of images that are being decoded; reading an image takes a few turns of the event loop. */
export const CHUNKS_AHEAD = 4;

/** An image at the size that it has on the canvas, and the size it had before. */
export interface FittedImage extends Size {
  pixels: Uint8Array;
  original: Size;
}

/** Runs a compiled prediction step of the given batch size on up to so many images. */
export function detectImages(
  program: Program,
  step: string,
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
  const outputs = program.run(step, { images: input });
  const [boxes, scores, classes, valid] = ["boxes", "scores", "classes", "valid"].map((name) =>
    (outputs[name] as tf.Tensor).dataSync<"float32" | "int32">(),
  ) as [Float32Array, Float32Array, Int32Array, Int32Array];
  const perImage = scores.length / batch;
  tf.dispose([input, outputs]);
  return images.map((image, slot) => {
    const [from, to] = [slot * perImage, (slot + 1) * perImage];
    const count = valid[slot] as number;
    const own = [boxes.subarray(from * 4, to * 4), scores.subarray(from, to), classes.subarray(from, to)] as const;
    return fromCanvas(...own, count, image.original, preprocessing);
  });
}

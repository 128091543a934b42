import * as tf from "@tensorflow/tfjs";
import { placeOnCanvas, type Preprocessing } from "../base/preprocessing.ts";
import { packBytes } from "../core/ops/bytes.ts";
import { canvasBatch, fittedRecords } from "../data/images/canvasImages.ts";
import type { FittedImage } from "../data/images/fittedFiles.ts";
import type { ImageStore } from "../data/images/imageStore.ts";
import type { RunStep } from "../engine/graph/step.ts";
import type { Classification } from "./namedClasses.ts";

/** Runs a classifier of the given batch size on up to so many images. */
export async function classifyImages(
  run: RunStep,
  batch: number,
  images: readonly FittedImage[],
  preprocessing: Preprocessing,
): Promise<Classification[]> {
  const input = packBytes(canvasBatch(images, batch, preprocessing));
  const outputs = await run({ images: input });
  const probabilities = (outputs.probabilities as tf.Tensor).dataSync<"float32">();
  const boxes = outputs.boxes?.dataSync<"float32">();
  tf.dispose([input, outputs]);
  const classes = probabilities.length / batch;
  return images.map((image, slot) => {
    const own = probabilities.slice(slot * classes, (slot + 1) * classes);
    if (!boxes) return { probabilities: own };
    return { probabilities: own, box: boxOf(boxes.subarray(slot * 4, slot * 4 + 4), image, preprocessing) };
  });
}

/** Runs a classifier of the given batch size over stored images, in their order. */
export async function classifyStored(
  run: RunStep,
  batch: number,
  store: ImageStore,
  preprocessing: Preprocessing,
): Promise<Classification[]> {
  const results: Classification[] = [];
  for await (const fitted of fittedRecords(store, batch)) {
    results.push(...(await classifyImages(run, batch, fitted, preprocessing)));
  }
  return results;
}

/** From pixels of the canvas to pixels of the image, inside of it. */
function boxOf(
  corners: Float32Array,
  { original }: FittedImage,
  preprocessing: Preprocessing,
): [number, number, number, number] {
  const { scaleX, scaleY, offsetX, offsetY } = placeOnCanvas(original, preprocessing);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = corners;
  const x = (value: number): number => Math.min(original.width, Math.max(0, (value - offsetX) / scaleX));
  const y = (value: number): number => Math.min(original.height, Math.max(0, (value - offsetY) / scaleY));
  const [left, right] = [x(x1), x(x2)].sort((a, b) => a - b) as [number, number];
  const [top, bottom] = [y(y1), y(y2)].sort((a, b) => a - b) as [number, number];
  return [left, top, right, bottom];
}

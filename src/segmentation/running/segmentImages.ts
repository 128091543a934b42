import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { packBytes } from "../../core/ops/bytes.ts";
import { canvasBatch } from "../../data/images/canvasImages.ts";
import type { FittedImage } from "../../data/images/fittedFiles.ts";
import type { RunStep } from "../../engine/graph/step.ts";
import { type CanvasAnswer, onImage, partOf, type SegmentedImage } from "./onImage.ts";

/** How the images of a segmenter are run and read. */
export interface SegmentOptions {
  /** Of the compiled step. */
  batch: number;
  preprocessing: Preprocessing;
  /** Tiles begin at multiples of it, see SegmenterNetwork. */
  alignment: number;
  /** Of one class: the probability from which a pixel is of it. Unless told, each pixel has its most probable label. */
  threshold?: number | undefined;
}

/** Runs a segmenter on up to as many images as its batch has, each of which lies on the canvas as a whole. */
export async function segmentImages(
  run: RunStep,
  images: readonly FittedImage[],
  { batch, preprocessing, threshold }: SegmentOptions,
): Promise<SegmentedImage[]> {
  const all = await runSegmenter(run, canvasBatch(images, batch, preprocessing));
  return images.map(({ original }, slot) => onImage(partOf(all, slot, batch), original, preprocessing, threshold));
}

/** @param pixels [batch, height, width, 3] */
export async function runSegmenter(run: RunStep, pixels: Uint8Array): Promise<CanvasAnswer> {
  const input = packBytes(pixels);
  const outputs = await run({ images: input });
  const { probabilities, distance } = outputs as { probabilities: tf.Tensor4D; distance?: tf.Tensor3D };
  const shares = probabilities.dataSync<"float32">();
  const depths = distance?.dataSync<"float32">();
  tf.dispose([input, outputs]);
  return { shares, ...(depths && { depths }) };
}

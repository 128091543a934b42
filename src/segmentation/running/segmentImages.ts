import * as tf from "@tensorflow/tfjs";
import { placeOnCanvas, type Preprocessing, type Size } from "../../base/preprocessing.ts";
import { packBytes } from "../../core/ops/bytes.ts";
import { canvasBatch } from "../../data/images/canvasImages.ts";
import type { FittedImage } from "../../data/images/fittedFiles.ts";
import { resample, resampleRows } from "../../data/images/resample.ts";
import type { RunStep } from "../../engine/graph/step.ts";
import type { LabelMap } from "../../geometry/masks/labelMap.ts";
import { LabelledRows } from "./labelledRows.ts";

/** What an image shows, at the image's own size. */
export interface SegmentedImage {
  size: Size;
  labels: LabelMap;
  /** [height, width], the probability of the pixel's label. */
  scores: Float32Array;
  /** [height, width], how deep a pixel lies in its object, 0 to 1; where it was learnt. */
  distance?: Float32Array;
}

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
  const input = packBytes(canvasBatch(images, batch, preprocessing));
  const outputs = await run({ images: input });
  const { probabilities, distance } = outputs as { probabilities: tf.Tensor4D; distance?: tf.Tensor3D };
  const shares = probabilities.dataSync<"float32">();
  const depths = distance?.dataSync<"float32">();
  tf.dispose([input, outputs]);
  const { canvas } = preprocessing;
  const area = canvas.width * canvas.height;
  const channels = shares.length / (batch * area);
  return images.map(({ original }, slot) => {
    const partOf = (values: Float32Array, each: number) => ({
      ...canvas,
      channels: each,
      data: values.subarray(slot * area * each, (slot + 1) * area * each),
    });
    const { width, height, offsetX: left, offsetY: top } = placeOnCanvas(original, preprocessing);
    const place = { left, top, width, height };
    const labelled = new LabelledRows(original, channels, threshold);
    resampleRows((row, y) => { labelled.add(row, y); }, partOf(shares, channels), place, original, "bilinear"); // prettier-ignore
    const { labels, scores } = labelled;
    const size = { width: original.width, height: original.height };
    const deep = depths && resample(partOf(depths, 1), place, original, "bilinear");
    return { size, labels, scores, ...(deep && { distance: deep }) };
  });
}

/** Of a segmenter of one class: how probable it is that a pixel is of it, [height, width]. */
export function foregroundOf({ labels, scores }: SegmentedImage): Float32Array {
  return scores.map((score, i) => (labels.data[i] === 0 ? 1 - score : score));
}

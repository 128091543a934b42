import { placeOnCanvas, type Preprocessing, type Size } from "../../base/preprocessing.ts";
import { resample, resampleRows } from "../../data/images/resample.ts";
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

/** What a segmenter's network says of the pixels of a canvas, or of several. */
export interface CanvasAnswer {
  /** [height, width, classes + 1] probabilities, the background first. */
  shares: Float32Array;
  /** [height, width], see `SegmentedImage`. */
  depths?: Float32Array;
}

/** What is said of one canvas of a batch. Views of the same arrays. */
export function partOf({ shares, depths }: CanvasAnswer, slot: number, batch: number): CanvasAnswer {
  const part = (values: Float32Array): Float32Array => {
    const size = values.length / batch;
    return values.subarray(slot * size, (slot + 1) * size);
  };
  return { shares: part(shares), ...(depths && { depths: part(depths) }) };
}

/**
 * What a network says of a canvas, at the size of the image that lies on it as a whole: probabilities are interpolated, and
 * labels chosen then.
 *
 * @param threshold of one class: the probability from which a pixel is of it
 */
export function onImage(
  { shares, depths }: CanvasAnswer,
  { width, height }: Size,
  preprocessing: Preprocessing,
  threshold?: number,
): SegmentedImage {
  const { canvas } = preprocessing;
  const size = { width, height };
  const channels = shares.length / (canvas.width * canvas.height);
  const { offsetX: left, offsetY: top, ...covered } = placeOnCanvas(size, preprocessing);
  const place = { left, top, width: covered.width, height: covered.height };
  const labelled = new LabelledRows(size, channels, threshold);
  const of = (data: Float32Array, each: number) => ({ ...canvas, channels: each, data });
  resampleRows((row, y) => { labelled.add(row, y); }, of(shares, channels), place, size, "bilinear"); // prettier-ignore
  const { labels, scores } = labelled;
  const distance = depths && resample(of(depths, 1), place, size, "bilinear");
  return { size, labels, scores, ...(distance && { distance }) };
}

/** Of a segmenter of one class: how probable it is that a pixel is of it, [height, width]. */
export function foregroundOf({ labels, scores }: SegmentedImage): Float32Array {
  return scores.map((score, i) => (labels.data[i] === 0 ? 1 - score : score));
}

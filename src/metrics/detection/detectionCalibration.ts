import { knownOptions } from "../../geometry/knownOptions.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { expectedCalibrationError, reliability, type ReliabilityBin } from "../calibration.ts";
import type { EvaluationImage } from "./evaluationImage.ts";
import { type ClassMatches, type DetectionMatches, IGNORED, TRUE_POSITIVE } from "./coco/matching.ts";
import { iouIndexOf } from "./coco/ranked.ts";

/** How far the scores of detections are the probabilities that they found an object. Errors in 0..1; NaN for no detection. */
export interface Calibration {
  /** How many detections count. */
  detections: number;
  /** The reliability diagram. */
  bins: ReliabilityBin[];
  /** Expected calibration error, over bins of the score alone. */
  ECE: number;
  /** Over bins of score and box; NaN if an image with detections has no size. */
  DECE: number;
}

export interface ClassCalibration extends Calibration {
  /** Index into the list of classes. */
  class: number;
  name: string;
}

export interface DetectionCalibration {
  iouThreshold: number;
  /** Of the detections of all classes together. */
  pooled: Calibration;
  perClass: ClassCalibration[];
}

export interface DetectionCalibrationOptions {
  iouThreshold?: number;
  /** How many bins the reliability diagram and ECE have; default 10. */
  bins?: number;
  /** How many bins D-ECE has in each of its five directions; default 5. */
  boxBins?: number;
  /** A bin of D-ECE with fewer detections is left out; default 8. */
  minimumSamples?: number;
}

/**
 * Calibration of the scores of detections: of those that found an object at `iouThreshold` (0.5) or nothing, not of those
 * that found what is ignored. D-ECE bins them over score, centre x and y, width and height of the box, each relative to
 * the image: a bin's error is |share of hits - mean score|, and D-ECE the mean of the errors weighted by detections; bins
 * with fewer than 8 detections (too few to say) count as errors of 0, as in the paper's own program. `images` are those that were matched; their sizes are needed.
 * Throws AnchorkitError, naming image and detection, for a score outside 0..1; for an IoU threshold that was not matched;
 * and if there are not as many images as were matched.
 * Reference: F. Kueppers et al., "Multivariate Confidence Calibration for Object Detection", 2020.
 */
export function detectionCalibration(
  matches: DetectionMatches,
  images: readonly EvaluationImage[],
  options: DetectionCalibrationOptions = {},
): DetectionCalibration {
  knownOptions("detectionCalibration", options, {
    iouThreshold: true,
    bins: true,
    boxBins: true,
    minimumSamples: true,
  });
  const { iouThreshold = 0.5, bins = 10, boxBins = 5, minimumSamples = 8 } = options;
  if (images.length !== matches.imageCount) {
    throw new AnchorkitError(
      `detectionCalibration: ${matches.imageCount} images were matched but ${images.length} are given; give the same`,
    );
  }
  const iouIndex = iouIndexOf(matches, iouThreshold);
  const perClass = matches.perClass.map((ofClass) => countedOf(ofClass, iouIndex, images, boxBins));
  const calibrate = (counted: Counted): Calibration => {
    const diagram = reliability(counted.scores, counted.hits, bins);
    return {
      detections: counted.scores.length,
      bins: diagram,
      ECE: expectedCalibrationError(diagram),
      DECE: errorOverCells(counted, boxBins ** 5, minimumSamples),
    };
  };
  return {
    iouThreshold,
    pooled: calibrate(concatenate(perClass)),
    perClass: perClass.map((counted, k) => ({ class: k, name: matches.classes[k] ?? "", ...calibrate(counted) })),
  };
}

/** The detections that count. */
interface Counted {
  /** [n] */
  scores: Float64Array;
  /** [n] 1 for those that found an object. */
  hits: Uint8Array;
  /** [n] the bin of D-ECE; -1 where the size of the image is not known. */
  cells: Int32Array;
}

function countedOf(
  { detections, rows, outcomes: [slice = []] }: ClassMatches,
  iouIndex: number,
  images: readonly EvaluationImage[],
  boxBins: number,
): Counted {
  const outcomes = slice[iouIndex] ?? new Uint8Array();
  const { scores, hits, cells } = emptyCounted(rows.length);
  let count = 0;
  for (let place = 0; place < rows.length; place++) {
    if (outcomes[place] === IGNORED) continue;
    const row = rows[place] as number;
    const image = detections.images[row] as number;
    const score = detections.scores[row] as number;
    if (score < 0 || score > 1) {
      throw new AnchorkitError(
        `image ${image}: detection ${detections.indices[row]}: calibration needs scores in 0..1, got ${score}`,
      );
    }
    const size = images[image]?.size;
    scores[count] = score;
    hits[count] = outcomes[place] === TRUE_POSITIVE ? 1 : 0;
    cells[count] = size === undefined ? -1 : cellOf(score, detections.boxes, row * 4, size, boxBins);
    count++;
  }
  return { scores: scores.subarray(0, count), hits: hits.subarray(0, count), cells: cells.subarray(0, count) };
}

/** The bin, among bins ** 5, of a score and the box that begins at boxes[i]; what lies outside the image is in an outermost bin. */
function cellOf(
  score: number,
  boxes: Float64Array,
  i: number,
  { width, height }: { width: number; height: number },
  bins: number,
): number {
  const x1 = boxes[i] as number;
  const y1 = boxes[i + 1] as number;
  const x2 = boxes[i + 2] as number;
  const y2 = boxes[i + 3] as number;
  const position = binOf((x1 + x2) / 2 / width, bins) * bins + binOf((y1 + y2) / 2 / height, bins);
  const extent = binOf((x2 - x1) / width, bins) * bins + binOf((y2 - y1) / height, bins);
  return (binOf(score, bins) * bins ** 2 + position) * bins ** 2 + extent;
}

function binOf(share: number, bins: number): number {
  return Math.min(Math.max(Math.floor(share * bins), 0), bins - 1);
}

/** The mean over detections of |share of hits - mean score| in their cells; 0 in cells with too few. */
function errorOverCells({ scores, hits, cells }: Counted, cellCount: number, minimumSamples: number): number {
  const counts = new Float64Array(cellCount);
  const gaps = new Float64Array(cellCount);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as number;
    if (cell === -1) return NaN;
    (counts[cell] as number)++;
    (gaps[cell] as number) += (hits[i] as number) - (scores[i] as number);
  }
  let sum = 0;
  for (let cell = 0; cell < cellCount; cell++) {
    if ((counts[cell] as number) >= minimumSamples) sum += Math.abs(gaps[cell] as number);
  }
  return sum / scores.length;
}

function concatenate(parts: readonly Counted[]): Counted {
  const all = emptyCounted(parts.reduce((sum, { scores }) => sum + scores.length, 0));
  let from = 0;
  for (const { scores, hits, cells } of parts) {
    all.scores.set(scores, from);
    all.hits.set(hits, from);
    all.cells.set(cells, from);
    from += scores.length;
  }
  return all;
}

function emptyCounted(count: number): Counted {
  return { scores: new Float64Array(count), hits: new Uint8Array(count), cells: new Int32Array(count) };
}

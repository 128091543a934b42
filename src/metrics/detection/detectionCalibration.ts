import { AnchorkitError } from "../../base/errors.ts";
import { expectedCalibrationError, reliability, type ReliabilityBin } from "../calibration.ts";
import type { EvaluationImage } from "./evaluationImage.ts";
import { type DetectionMatches, IGNORED, TRUE_POSITIVE } from "./matching.ts";
import { iouIndexOf } from "./ranked.ts";

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
  { iouThreshold = 0.5, bins = 10, boxBins = 5, minimumSamples = 8 }: DetectionCalibrationOptions = {},
): DetectionCalibration {
  const perClass = countedByClass(matches, images, iouIndexOf(matches, iouThreshold));
  const calibrate = (counted: Counted): Calibration => {
    const diagram = reliability(counted.scores, counted.hits, bins);
    return {
      detections: counted.scores.length,
      bins: diagram,
      ECE: expectedCalibrationError(diagram),
      DECE: boxCalibrationError(counted, boxBins, minimumSamples),
    };
  };
  return {
    iouThreshold,
    pooled: calibrate(concatenate(perClass)),
    perClass: perClass.map((counted, k) => ({ class: k, name: matches.classes[k] ?? "", ...calibrate(counted) })),
  };
}

/** Detections that count. */
interface Counted {
  /** [n] */
  scores: Float64Array;
  /** [n] 1 for those that found an object. */
  hits: Uint8Array;
  /** [n, 4] centre x and y, width and height relative to the image; NaN where its size is not known. */
  boxes: Float64Array;
}

function countedByClass(matches: DetectionMatches, images: readonly EvaluationImage[], iouIndex: number): Counted[] {
  if (images.length !== matches.imageCount) {
    throw new AnchorkitError(
      `detectionCalibration: ${matches.imageCount} images were matched but ${images.length} are given; give the same`,
    );
  }
  return matches.perClass.map(({ detections, rows, outcomes: [slice = []] }) => {
    const outcomes = slice[iouIndex] ?? new Uint8Array();
    const places = rows.map((_, place) => place).filter((place) => outcomes[place] !== IGNORED);
    const counted = {
      scores: new Float64Array(places.length),
      hits: new Uint8Array(places.length),
      boxes: new Float64Array(places.length * 4),
    };
    places.forEach((place, i) => {
      const row = rows[place] as number;
      const image = detections.images[row] as number;
      const score = detections.scores[row] as number;
      if (score < 0 || score > 1) {
        throw new AnchorkitError(
          `image ${image}: detection ${detections.indices[row]}: calibration needs scores in 0..1, got ${score}`,
        );
      }
      counted.scores[i] = score;
      counted.hits[i] = outcomes[place] === TRUE_POSITIVE ? 1 : 0;
      counted.boxes.set(relativeBox(detections.boxes, row, images[image]?.size), i * 4);
    });
    return counted;
  });
}

function relativeBox(boxes: Float64Array, row: number, size: EvaluationImage["size"]): number[] {
  const [x1, y1, x2, y2] = boxes.subarray(row * 4, row * 4 + 4) as unknown as [number, number, number, number];
  const { width, height } = size ?? { width: NaN, height: NaN };
  return [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height];
}

function concatenate(parts: readonly Counted[]): Counted {
  const count = parts.reduce((sum, { scores }) => sum + scores.length, 0);
  const all = { scores: new Float64Array(count), hits: new Uint8Array(count), boxes: new Float64Array(count * 4) };
  let from = 0;
  for (const { scores, hits, boxes } of parts) {
    all.scores.set(scores, from);
    all.hits.set(hits, from);
    all.boxes.set(boxes, from * 4);
    from += scores.length;
  }
  return all;
}

/** D-ECE; NaN if a box is, or there is none. */
function boxCalibrationError({ scores, hits, boxes }: Counted, bins: number, minimumSamples: number): number {
  const counts = new Float64Array(bins ** 5);
  const gaps = new Float64Array(bins ** 5);
  const binOf = (value: number): number => Math.min(Math.max(Math.floor(value * bins), 0), bins - 1);
  for (let i = 0; i < scores.length; i++) {
    let bin = binOf(scores[i] as number);
    for (let j = i * 4; j < i * 4 + 4; j++) {
      const value = boxes[j] as number;
      if (Number.isNaN(value)) return NaN;
      bin = bin * bins + binOf(value);
    }
    (counts[bin] as number)++;
    (gaps[bin] as number) += (hits[i] as number) - (scores[i] as number);
  }
  return (
    gaps.reduce((sum, gap, bin) => sum + ((counts[bin] as number) < minimumSamples ? 0 : Math.abs(gap)), 0) /
    scores.length
  );
}

import { knownOptions } from "../../geometry/knownOptions.ts";
import { mean, sum } from "../../base/statistics.ts";
import { type ClassMatches, type DetectionMatches, IGNORED } from "./coco/matching.ts";
import { iouIndexOf } from "./coco/ranked.ts";

/** The error of an image is the number of detections less the number of objects. NaN without images. */
export interface CountingErrors {
  /** Objects in all images. */
  truths: number;
  /** Detections in all images. */
  detections: number;
  /** The mean error: above 0 where too many are counted. */
  bias: number;
  meanAbsoluteError: number;
  rootMeanSquareError: number;
  /** The share of images whose count is right. */
  exact: number;
}

export interface ClassCountingErrors extends CountingErrors {
  /** Index into the list of classes. */
  class: number;
  name: string;
}

export interface DetectionCounting {
  confidence: number;
  /** Of the count of all objects in an image, whatever their classes. */
  total: CountingErrors;
  perClass: ClassCountingErrors[];
}

/**
 * How well the number of detections with a score of at least `confidence` tells how many objects an image has. Crowds and
 * what is flagged to be ignored do not count, nor do detections that found these at `iouThreshold`.
 * Throws AnchorkitError for an IoU threshold that was not matched.
 */
export function countingErrors(
  matches: DetectionMatches,
  options: { confidence?: number; iouThreshold?: number } = {},
): DetectionCounting {
  knownOptions("countingErrors", options, { confidence: true, iouThreshold: true });
  const { confidence = 0.5, iouThreshold = 0.5 } = options;
  const iouIndex = iouIndexOf(matches, iouThreshold);
  const all = { truths: new Float64Array(matches.imageCount), detections: new Float64Array(matches.imageCount) };
  const perClass = matches.perClass.map((ofClass, k): ClassCountingErrors => {
    const counts = countsOf(ofClass, matches.imageCount, iouIndex, confidence);
    counts.truths.forEach((count, image) => ((all.truths[image] as number) += count));
    counts.detections.forEach((count, image) => ((all.detections[image] as number) += count));
    return { class: k, name: matches.classes[k] ?? "", ...errorsOf(counts) };
  });
  return { confidence, total: errorsOf(all), perClass };
}

/** [images] */
interface Counts {
  truths: Float64Array;
  detections: Float64Array;
}

function countsOf(
  { truths, detections, rows, outcomes: [slice = []] }: ClassMatches,
  imageCount: number,
  iouIndex: number,
  confidence: number,
): Counts {
  const counts = { truths: new Float64Array(imageCount), detections: new Float64Array(imageCount) };
  const outcomes = slice[iouIndex] ?? new Uint8Array();
  for (let row = 0; row < truths.images.length; row++) {
    if (truths.ignore[row] === 0) (counts.truths[truths.images[row] as number] as number)++;
  }
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] as number;
    if ((detections.scores[row] as number) < confidence) break; // and so are all that follow
    if (outcomes[place] !== IGNORED) (counts.detections[detections.images[row] as number] as number)++;
  }
  return counts;
}

function errorsOf({ truths, detections }: Counts): CountingErrors {
  const errors = detections.map((count, image) => count - (truths[image] as number));
  return {
    truths: sum(truths),
    detections: sum(detections),
    bias: mean(errors),
    meanAbsoluteError: mean(errors.map(Math.abs)),
    rootMeanSquareError: Math.sqrt(mean(errors.map((error) => error ** 2))),
    exact: mean(errors.map((error) => (error === 0 ? 1 : 0))),
  };
}

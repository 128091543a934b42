import { AnchorkitError } from "../../base/errors.ts";
import { sum } from "../../base/statistics.ts";
import { type DetectionMatches, TRUE_POSITIVE } from "./coco/matching.ts";
import { rankedByClass, type RankedDetections } from "./coco/ranked.ts";

/** How good the detections are whose score is at least `confidence`. */
export interface OperatingPoint {
  confidence: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  /** TP / (TP + FP); NaN without any detection. */
  precision: number;
  /** TP / (TP + FN); NaN without any object. */
  recall: number;
  /** 2 TP / (2 TP + FP + FN), the harmonic mean of both; NaN without any object. */
  f1: number;
}

export interface ClassOperatingPoint extends OperatingPoint {
  /** Index into the list of classes. */
  class: number;
  name: string;
}

export interface OperatingPoints {
  iouThreshold: number;
  /** Of the detections and objects of all classes together (the micro average); its confidence is NaN if they differ. */
  pooled: OperatingPoint;
  perClass: ClassOperatingPoint[];
}

/**
 * Precision, recall and F1 at a confidence threshold, or at one for each class: of each class, and of all together. As surer detections choose
 * their objects first, leaving out the others before or after matching comes to the same.
 * Throws AnchorkitError for an IoU threshold that was not matched.
 */
export function operatingPoints(
  matches: DetectionMatches,
  { confidence, iouThreshold = 0.5 }: { confidence: number | readonly number[]; iouThreshold?: number },
): OperatingPoints {
  const ranked = rankedByClass(matches, iouThreshold);
  const least = confidenceOf(confidence, matches.classes.length);
  const perClass = ranked.map((one, k) => ({ class: k, name: matches.classes[k] ?? "", ...pointAt(one, least(k)) }));
  const total = (count: (one: OperatingPoint) => number): number => sum(perClass.map(count));
  const found = total((one) => one.truePositives);
  const shared = typeof confidence === "number" ? confidence : NaN;
  const reported = found + total((one) => one.falsePositives);
  return {
    iouThreshold,
    pooled: pointOf(shared, found, reported, found + total((one) => one.falseNegatives)),
    perClass,
  };
}

/**
 * The threshold of a class, whether all have the same or each its own.
 *
 * @throws AnchorkitError for a list that is not as long as there are classes
 */
export function confidenceOf(confidence: number | readonly number[], classes: number): (k: number) => number {
  if (typeof confidence === "number") return () => confidence;
  if (confidence.length === classes) return (k) => confidence[k] ?? NaN;
  throw new AnchorkitError(
    `confidence: must be one number, or one for each of ${classes} classes, got ${confidence.length}`,
  );
}

/** The point of `truePositives` finds among `detections`. */
export function pointOf(
  confidence: number,
  truePositives: number,
  detections: number,
  positives: number,
): OperatingPoint {
  return {
    confidence,
    truePositives,
    falsePositives: detections - truePositives,
    falseNegatives: positives - truePositives,
    precision: truePositives / detections,
    recall: truePositives / positives,
    f1: positives === 0 ? NaN : (2 * truePositives) / (detections + positives),
  };
}

function pointAt({ scores, outcomes, positives }: RankedDetections, confidence: number): OperatingPoint {
  let detections = 0;
  let truePositives = 0;
  while (detections < scores.length && (scores[detections] as number) >= confidence) {
    if (outcomes[detections++] === TRUE_POSITIVE) truePositives++;
  }
  return pointOf(confidence, truePositives, detections, positives);
}

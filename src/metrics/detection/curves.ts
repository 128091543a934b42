import { knownOptions } from "../../geometry/knownOptions.ts";
import { mean } from "../../base/statistics.ts";
import { precisionAtRecalls, RECALL_POINTS } from "./coco/averagePrecision.ts";
import { type DetectionMatches, TRUE_POSITIVE } from "./coco/matching.ts";
import { type OperatingPoint, pointOf } from "./operatingPoints.ts";
import { poolClasses, rankedByClass, type RankedDetections } from "./coco/ranked.ts";

/** Precision, recall and F1 where detections with a lower score than `confidence` are left out: parallel lists. */
export interface ConfidenceCurve {
  confidence: number[];
  /** NaN where there is no detection. */
  precision: number[];
  /** NaN where there is no object. */
  recall: number[];
  /** NaN where there is no object. */
  f1: number[];
}

export interface DetectionCurve {
  /** How many objects there were to find. */
  truths: number;
  /** How many detections count. */
  detections: number;
  /** [101] COCO's precision-recall curve: the highest precision at each of `recalls` or a higher one; NaN without objects. */
  precisionAtRecall: number[];
  /** The mean of `precisionAtRecall`: COCO's AP at this IoU. */
  averagePrecision: number;
  /** [101] at each of the confidences 0, 0.01 ... 1. */
  byConfidence: ConfidenceCurve;
  /**
   * The confidence threshold of highest F1, of equals the one that keeps fewest detections, as a number that can be
   * written down and typed again: see `shortThreshold`. Confidence and precision are NaN where no threshold has an F1
   * above 0.
   */
  best: OperatingPoint;
}

export interface ClassCurve extends DetectionCurve {
  /** Index into the list of classes. */
  class: number;
  name: string;
}

export interface DetectionCurves {
  iouThreshold: number;
  /** [101] 0, 0.01 ... 1. */
  recalls: number[];
  /** Of the detections and objects of all classes together. */
  pooled: DetectionCurve;
  perClass: ClassCurve[];
}

/** 0, 0.01 ... 1. */
const CONFIDENCES = Array.from({ length: 101 }, (_, i) => i / 100);

/**
 * The precision-recall curve, precision, recall and F1 against the confidence threshold, and the best threshold: of each
 * class, and of all together. A threshold keeps the detections with that score or a higher one.
 * Throws AnchorkitError for an IoU threshold that was not matched.
 */
export function detectionCurves(matches: DetectionMatches, options: { iouThreshold?: number } = {}): DetectionCurves {
  knownOptions("detectionCurves", options, { iouThreshold: true });
  const { iouThreshold = 0.5 } = options;
  const ranked = rankedByClass(matches, iouThreshold);
  return {
    iouThreshold,
    recalls: [...RECALL_POINTS],
    pooled: curveOf(poolClasses(ranked)),
    perClass: ranked.map((one, k) => ({ class: k, name: matches.classes[k] ?? "", ...curveOf(one) })),
  };
}

/**
 * The raw precision-recall curve of one class, or of all together: a point for each score that occurs, the highest
 * first. Throws AnchorkitError for an IoU threshold that was not matched.
 */
export function precisionRecallPoints(
  matches: DetectionMatches,
  options: { iouThreshold?: number; class?: number } = {},
): ConfidenceCurve {
  knownOptions("precisionRecallPoints", options, { iouThreshold: true, class: true });
  const { iouThreshold = 0.5, class: k } = options;
  const perClass = rankedByClass(matches, iouThreshold);
  const ranked = k === undefined ? poolClasses(perClass) : poolClasses(perClass.slice(k, k + 1));
  const points = emptyCurve();
  forEachScore(ranked, (confidence, truePositives, detections) => {
    push(points, pointOf(confidence, truePositives, detections, ranked.positives));
  });
  return points;
}

function curveOf(ranked: RankedDetections): DetectionCurve {
  const { scores, outcomes, positives } = ranked;
  const precisionAtRecall = precisionAtRecalls(outcomes, positives);
  return {
    truths: positives,
    detections: scores.length,
    precisionAtRecall,
    averagePrecision: mean(precisionAtRecall),
    byConfidence: byConfidence(ranked),
    best: bestPoint(ranked),
  };
}

function byConfidence({ scores, outcomes, positives }: RankedDetections): ConfidenceCurve {
  const curve = emptyCurve();
  let detections = 0;
  let truePositives = 0;
  for (const confidence of CONFIDENCES.toReversed()) {
    while (detections < scores.length && (scores[detections] as number) >= confidence) {
      if (outcomes[detections++] === TRUE_POSITIVE) truePositives++;
    }
    push(curve, pointOf(confidence, truePositives, detections, positives));
  }
  for (const column of Object.values(curve) as number[][]) column.reverse();
  return curve;
}

function bestPoint(ranked: RankedDetections): OperatingPoint {
  let best = pointOf(NaN, 0, 0, ranked.positives);
  forEachScore(ranked, (confidence, truePositives, detections) => {
    const f1 = (2 * truePositives) / (detections + ranked.positives);
    if (f1 > best.f1) best = pointOf(confidence, truePositives, detections, ranked.positives);
  });
  const next = ranked.scores[best.truePositives + best.falsePositives] ?? -Infinity;
  return { ...best, confidence: shortThreshold(best.confidence, next) };
}

/**
 * The number with fewest decimals, two at least, that as a threshold keeps a detection of this score and none of the next
 * lower one: 0.18762 over 0.1843 is 0.187. So what is printed is the threshold itself, and gives the same counts to all
 * who use it. NaN for NaN.
 */
export function shortThreshold(score: number, next: number): number {
  for (let decimals = 2; decimals <= MOST_DECIMALS; decimals++) {
    const nearest = Number(score.toFixed(decimals));
    const below = nearest <= score ? nearest : Number((nearest - 10 ** -decimals).toFixed(decimals));
    if (below <= score && below > next) return below;
  }
  return score;
}

/** More are not in a float64 between 0.1 and 1. */
const MOST_DECIMALS = 17;

/** Calls with each score that occurs, from the highest, and how many detections have it or a higher one. */
function forEachScore(
  { scores, outcomes }: RankedDetections,
  call: (confidence: number, truePositives: number, detections: number) => void,
): void {
  let truePositives = 0;
  for (let i = 0; i < scores.length; i++) {
    if (outcomes[i] === TRUE_POSITIVE) truePositives++;
    if (scores[i + 1] !== scores[i]) call(scores[i] as number, truePositives, i + 1);
  }
}

function emptyCurve(): ConfidenceCurve {
  return { confidence: [], precision: [], recall: [], f1: [] };
}

function push(curve: ConfidenceCurve, { confidence, precision, recall, f1 }: OperatingPoint): void {
  curve.confidence.push(confidence);
  curve.precision.push(precision);
  curve.recall.push(recall);
  curve.f1.push(f1);
}

import { checkBinaryScores } from "./checks.ts";
import { type ThresholdCount, thresholdCounts } from "./thresholdCounts.ts";

export interface BinaryPrecisionRecallPoint {
  /** Examples that score this or more are called positive; Infinity in the first point, where none is. */
  threshold: number;
  /** Of those called positive, the share that is. 1 in the first point, by convention. */
  precision: number;
  /** Of the positives, the share called positive. 1 after the first point if there are no positives. */
  recall: number;
}

/**
 * The precision-recall curve, from recall 0 to 1, as the threshold falls. Positives [n] (1 or true: of the class),
 * scores [n], any finite numbers. The points are those of scikit-learn's `precision_recall_curve` with
 * drop_intermediate=True, in the opposite order: of thresholds with the same recall, the first and the last.
 * Throws AnchorkitError for lengths that differ, no scores, scores that are not finite, labels other than 0 and 1.
 */
export function binaryPrecisionRecall(
  positives: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
): BinaryPrecisionRecallPoint[] {
  checkBinaryScores("binaryPrecisionRecall", positives, scores);
  return binaryPrecisionRecallOf(thresholdCounts(positives, scores));
}

/** The curve of counts that are there already (see `thresholdCounts`). */
export function binaryPrecisionRecallOf(counts: readonly ThresholdCount[]): BinaryPrecisionRecallPoint[] {
  const positives = counts[counts.length - 1]?.truePositives ?? 0;
  const kept = counts.filter(({ truePositives }, i) => {
    return counts[i - 1]?.truePositives !== truePositives || counts[i + 1]?.truePositives !== truePositives;
  });
  return [
    { threshold: Infinity, precision: 1, recall: 0 },
    ...kept.map(({ threshold, truePositives, falsePositives }) => ({
      threshold,
      precision: truePositives / (truePositives + falsePositives),
      recall: positives === 0 ? 1 : truePositives / positives,
    })),
  ];
}

/**
 * Average precision: sum of (recall of the point - recall of the point before) * precision of the point, without any
 * interpolation (scikit-learn's `average_precision_score`; detection's AP interpolates). 0 if there are no positives.
 */
export function binaryAveragePrecision(curve: readonly BinaryPrecisionRecallPoint[]): number {
  let sum = 0;
  let reached = 0;
  for (const { precision, recall } of curve) {
    sum += (recall - reached) * precision;
    reached = recall;
  }
  return sum;
}

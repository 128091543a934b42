import { checkBinaryScores } from "./checks.ts";
import { type ThresholdCount, thresholdCounts } from "./thresholdCounts.ts";

export interface RocPoint {
  /** Examples that score this or more are called positive; Infinity in the first point, where none is. */
  threshold: number;
  /** Of the negatives, the share called positive; NaN without negatives. */
  falsePositiveRate: number;
  /** Of the positives, the share called positive; NaN without positives. */
  truePositiveRate: number;
}

/**
 * The receiver operating characteristic: what is called positive, rightly and wrongly, as the threshold falls from above
 * the highest score to the lowest. Positives [n] (1 or true: of the class), scores [n], any finite numbers.
 * Points on the straight line between their neighbours are left out, as in scikit-learn's `roc_curve`; they change
 * neither the picture nor the area.
 * Throws AnchorkitError for lengths that differ, no scores, scores that are not finite, labels other than 0 and 1.
 * Reference: T. Fawcett, "An introduction to ROC analysis", 2006.
 */
export function rocCurve(positives: ArrayLike<number | boolean>, scores: ArrayLike<number>): RocPoint[] {
  checkBinaryScores("rocCurve", positives, scores);
  return rocOf(thresholdCounts(positives, scores));
}

/** The curve of counts that are there already (see `thresholdCounts`). */
export function rocOf(counts: readonly ThresholdCount[]): RocPoint[] {
  const last = counts[counts.length - 1];
  const positives = last?.truePositives ?? 0;
  const negatives = last?.falsePositives ?? 0;
  const corners = counts.filter((count, i) => !goesOnStraight(counts[i - 1], count, counts[i + 1]));
  return [{ threshold: Infinity, truePositives: 0, falsePositives: 0 }, ...corners].map((count) => ({
    threshold: count.threshold,
    falsePositiveRate: count.falsePositives / negatives,
    truePositiveRate: count.truePositives / positives,
  }));
}

/**
 * The area under a ROC curve, by trapezoids: the probability that a positive scores higher than a negative, ties counted
 * half. NaN if there were only positives or only negatives.
 */
export function rocAuc(curve: readonly RocPoint[]): number {
  let area = 0;
  for (let i = 1; i < curve.length; i++) {
    const { falsePositiveRate: left, truePositiveRate: low } = curve[i - 1] as RocPoint;
    const { falsePositiveRate: right, truePositiveRate: high } = curve[i] as RocPoint;
    area += ((right - left) * (high + low)) / 2;
  }
  return area;
}

/** The steps before and after the point are the same. */
function goesOnStraight(
  before: ThresholdCount | undefined,
  here: ThresholdCount,
  after: ThresholdCount | undefined,
): boolean {
  if (before === undefined || after === undefined) return false;
  return (
    here.truePositives - before.truePositives === after.truePositives - here.truePositives &&
    here.falsePositives - before.falsePositives === after.falsePositives - here.falsePositives
  );
}

import type { DetectionMatches } from "../../metrics/detection/coco/matching.ts";

/**
 * The confidence thresholds that the report knows. One of them is the operating point, exactly as it was measured; all
 * that the page shows of it is counted at this one number, and every number is written by `confidenceText`.
 */
export interface Thresholds {
  /**
   * Ascending, where the slider can be set to: 0, 0.005 ... 1 where scores are in 0..1, otherwise 201 from the lowest score
   * to the highest; and the operating point.
   */
  values: number[];
  /** The place of the operating point in `values`: where the slider stands at first. */
  start: number;
  /** The last threshold that a score passes (score >= threshold): the detection is there up to this one. */
  lastPassedBy: (score: number) => number;
}

const STEPS = 200;

/** @param operatingPoint the confidence of highest F1 */
export function thresholdsFor({ perClass }: DetectionMatches, operatingPoint: number): Thresholds {
  let [low, high] = [0, 1];
  for (const { detections } of perClass) {
    for (const score of detections.scores) {
      if (score < low) low = score;
      if (score > high) high = score;
    }
  }
  const even = Array.from({ length: STEPS + 1 }, (_, i) => short((low * (STEPS - i) + high * i) / STEPS));
  const inside = even.slice(1, -1).filter((value) => value > low && value < high);
  const values = [...new Set([low, ...inside, high, operatingPoint])].sort((a, b) => a - b);
  return {
    values,
    start: values.indexOf(operatingPoint),
    lastPassedBy: (score) => Math.max(0, upperBound(values, score) - 1),
  };
}

/** A threshold in words: with all its digits, so that it is the threshold; two decimals at least. */
export function confidenceText(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const text = String(value);
  return /\.\d\d|e/.test(text) ? text : value.toFixed(2);
}

/** Steps of the slider have few digits. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}

/** How many of ascending values are not above the score. */
function upperBound(values: readonly number[], score: number): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((values[middle] as number) <= score) from = middle + 1;
    else to = middle;
  }
  return from;
}

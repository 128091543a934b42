import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/graph/step.ts";
import { type Sums, spread, summed } from "./metric.ts";

/** So many thresholds in ascending order, and how many of them each prediction exceeds. */
export interface Thresholds {
  count: number;
  exceeded: (prediction: tf.Tensor) => tf.Tensor;
}

/**
 * Thresholds 0, …, 1, equally far from each other, for predictions of 0 to 1 (others are moved there). With `openEnds`
 * the first lies just under 0.
 */
export function evenThresholds(count: number, openEnds: boolean): Thresholds {
  return {
    count,
    exceeded: (prediction) => {
      const steps = prediction.clipByValue(0, 1).mul(count - 1).ceil(); // prettier-ignore
      return openEnds ? steps.maximum(1) : steps;
    },
  };
}

/** Thresholds as they are given, in ascending order. */
export function givenThresholds(thresholds: readonly number[]): Thresholds {
  return {
    count: thresholds.length,
    exceeded: (prediction) => prediction.expandDims(-1).greater(tf.tensor1d([...thresholds])).toFloat().sum(-1), // prettier-ignore
  };
}

/**
 * How much weight the positives and the negatives have that exceed no threshold, one, two, …: `positives` and
 * `negatives`, each [thresholds + 1]. A target that is not 0 is positive.
 */
export function histogramSums(
  { count, exceeded }: Thresholds,
  target: tf.Tensor,
  prediction: tf.Tensor,
  weights: tf.Tensor,
): NamedTensors {
  const bin: tf.Tensor1D = exceeded(prediction).toInt().flatten();
  const isTrue = target.notEqual(0).toFloat();
  const w = spread(weights, target.rank);
  const binned = (share: tf.Tensor): tf.Tensor => tf.unsortedSegmentSum(share.mul(w).flatten(), bin, count + 1);
  return { positives: binned(isTrue), negatives: binned(tf.sub(1, isTrue)) };
}

/** What becomes of the predictions at one threshold. */
export interface Outcomes {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
}

/** The outcomes at each threshold, from what {@link histogramSums} came to. */
export function outcomesOf(sums: Sums): Outcomes[] {
  const [positives, negatives] = [summed(sums, "positives"), summed(sums, "negatives")];
  const [above, others] = [sumsFrom(positives), sumsFrom(negatives)];
  return Array.from({ length: positives.length - 1 }, (_, i) => {
    const [truePositives, falsePositives] = [above[i + 1] ?? 0, others[i + 1] ?? 0];
    return {
      truePositives,
      falsePositives,
      trueNegatives: (others[0] ?? 0) - falsePositives,
      falseNegatives: (above[0] ?? 0) - truePositives,
    };
  });
}

/** result[i] = the sum of the values from i on. */
function sumsFrom(values: Float64Array): Float64Array {
  const sums = Float64Array.from(values);
  for (let i = sums.length - 2; i >= 0; i--) sums[i] = (sums[i] ?? 0) + (sums[i + 1] ?? 0);
  return sums;
}

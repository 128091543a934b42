import * as tf from "@tensorflow/tfjs";
import type { Loss } from "../losses/loss.ts";
import { type Metric, metricOf, ratio, spread, type Sums, total } from "./metric.ts";

/**
 * The weighted mean of a loss, or of another function of target and prediction that has a value for each sample, or for
 * each place in a sample: Keras's `MeanMetricWrapper`. Places count alike, however many of them a loss leaves out (see
 * `Loss.counts`). A loss with one value for the whole batch has the weight of its samples together.
 */
export function meanOf(name: string, loss: Loss, better: Metric["better"] = "lower"): Metric {
  return metricOf({
    name,
    better,
    sums(target, prediction, weights) {
      const values = loss(target, prediction);
      const each = values.rank === 0 ? weights.sum() : spread(weights, values.rank);
      const share = each.mul(loss.counts?.(target).toFloat().reshape(values.shape) ?? tf.onesLike(values));
      const places = values.rank === 0 ? 1 : values.size / weights.size; // of a sample
      const weighted = tf.where(share.notEqual(0), values.mul(share), tf.zerosLike(values)); // NaN times 0 is NaN
      return { total: weighted.sum().div(places), count: share.sum().div(places) };
    },
    value: meanValue,
  });
}

/** The mean that the sums of {@link meanOf} come to; 0 where nothing was counted. */
export function meanValue(sums: Sums): number {
  return ratio(total(sums, "total"), total(sums, "count"));
}

import * as tf from "@tensorflow/tfjs";
import { sum } from "../../base/statistics.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { checkedOption } from "../losses/loss.ts";
import { meanSquaredError } from "../losses/regression.ts";
import { meanOf } from "./mean.ts";
import { matchedRows, type Metric, metricOf, summed, total } from "./metric.ts";

/** The square root of the mean of (prediction - target)² over everything: Keras's `root_mean_squared_error`. */
export function rootMeanSquaredError(): Metric {
  const mean = meanOf("root_mean_squared_error", meanSquaredError());
  return { ...mean, value: (sums) => Math.sqrt(mean.value(sums)) };
}

export interface R2Options {
  /** How the scores of several outputs become one (default `uniform_average`). */
  classAggregation?: "uniform_average" | "variance_weighted_average";
  /** Of how many inputs the score is adjusted for (default 0: of none). */
  numRegressors?: number;
}

/**
 * 1 - sum of squared errors / sum of squared differences of the targets from their mean: Keras's `r2_score`. For a target
 * that never varies it is 0, and not a number where the prediction hits that, or where nothing was counted. It is not
 * adjusted if the regressors are as many as the samples less one, or more. Sums are float32, as Keras's: targets that lie
 * thousands of times further from 0 than from each other want to be centred.
 *
 * target and prediction [batch, …, outputs], or [batch]
 */
export function r2Score({ classAggregation = "uniform_average", numRegressors = 0 }: R2Options = {}): Metric {
  const name = "r2_score";
  checkedOption(name, "numRegressors", numRegressors, 0);
  if (!["uniform_average", "variance_weighted_average"].includes(classAggregation)) {
    const ways = "uniform_average or variance_weighted_average";
    throw new AnchorkitError(`${name}: classAggregation is "${classAggregation}"; give ${ways}`);
  }
  return metricOf({
    name,
    better: "higher",
    sums(target, prediction, weights) {
      const { target: t, prediction: p, weights: w } = matchedRows(name, target, prediction, weights);
      return {
        sum: t.mul(w).sum(0),
        squares: t.square().mul(w).sum(0),
        errors: tf.squaredDifference(t, p).mul(w).sum(0),
        count: w.sum(),
        numbers: weights.notEqual(0).toFloat().sum().mul(t.size / weights.size), // prettier-ignore
      };
    },
    value(sums) {
      const [count, squares, errors] = [total(sums, "count"), summed(sums, "squares"), summed(sums, "errors")];
      const spreads = Array.from(summed(sums, "sum"), (own, i) => (squares[i] ?? NaN) - own ** 2 / count);
      const scores = spreads
        .map((own, i) => 1 - (errors[i] ?? NaN) / own)
        .map((s) => (Math.abs(s) === Infinity ? 0 : s));
      const score =
        classAggregation === "uniform_average"
          ? sum(scores) / scores.length
          : sum(scores.map((s, i) => s * (spreads[i] ?? NaN))) / sum(spreads);
      const numbers = total(sums, "numbers");
      if (numRegressors === 0 || numRegressors >= numbers - 1) return score;
      return 1 - ((1 - score) * (numbers - 1)) / (numbers - numRegressors - 1);
    },
  });
}

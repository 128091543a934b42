import * as tf from "@tensorflow/tfjs";
import { EPSILON, matchedClasses } from "../losses/loss.ts";
import { meanOf } from "./mean.ts";
import type { Metric } from "./metric.ts";

/** The axis along which each row is correlated with that of the target (default the last). */
export interface CorrelationOptions {
  axis?: number;
}

/**
 * The mean over the rows of the correlation of target and prediction along a row: Keras's `pearson_correlation`. A row
 * whose numbers are all the same makes it not a number.
 *
 * target and prediction [batch, …, numbers]
 */
export function pearsonCorrelation({ axis }: CorrelationOptions = {}): Metric {
  const name = "pearson_correlation";
  const correlation = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor => {
    const [t, p] = matchedClasses(name, target, prediction, axis).map(standardized) as [tf.Tensor, tf.Tensor];
    return t.mul(p).mean(-1);
  };
  return meanOf(name, correlation, "higher");
}

/**
 * The mean over the rows of 2 cov(t, p) / (var(t) + var(p) + (mean(t) - mean(p))²): Keras's `concordance_correlation`
 * (Lin, 1989). Shapes as in {@link pearsonCorrelation}.
 */
export function concordanceCorrelation({ axis }: CorrelationOptions = {}): Metric {
  const name = "concordance_correlation";
  const concordance = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor => {
    const [t, p] = matchedClasses(name, target, prediction, axis);
    const [ofT, ofP] = [tf.moments(t, -1, true), tf.moments(p, -1, true)];
    const covariance = t.sub(ofT.mean).mul(p.sub(ofP.mean)).mean(-1);
    const apart = tf.squaredDifference(ofT.mean, ofP.mean);
    return covariance.mul(2).div(ofT.variance.add(ofP.variance).add(apart).add(EPSILON).squeeze([-1]));
  };
  return meanOf(name, concordance, "higher");
}

function standardized(x: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).div(variance.sqrt());
}

import * as tf from "@tensorflow/tfjs";
import { smoothL1Loss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { absolute, checkedOption, EPSILON, matched, meanOfLast } from "./loss.ts";

// Each is the mean over the last axis: target and prediction [batch, …, numbers] -> [batch, …], with d = prediction -
// target. What is a list of numbers, [batch], has a value for each.

/** d²: Keras's `mean_squared_error`. */
export function meanSquaredError(): Loss {
  return elementwise("meanSquaredError", (t, p) => tf.squaredDifference(p, t));
}

/** |d|: Keras's `mean_absolute_error`. */
export function meanAbsoluteError(): Loss {
  return elementwise("meanAbsoluteError", (t, p) => absolute(p.sub(t)));
}

/** 100 |d| / |target|, in percent, the target being 1e-7 at least: Keras's `mean_absolute_percentage_error`. */
export function meanAbsolutePercentageError(): Loss {
  return elementwise(
    "meanAbsolutePercentageError",
    (t, p) =>
    absolute(p.sub(t)).div(t.abs().maximum(EPSILON)).mul(100), // prettier-ignore
  );
}

/** (log(prediction + 1) - log(target + 1))², both 1e-7 at least: Keras's `mean_squared_logarithmic_error`. */
export function meanSquaredLogarithmicError(): Loss {
  const log = (x: tf.Tensor): tf.Tensor => x.maximum(EPSILON).add(1).log(); // prettier-ignore
  return elementwise("meanSquaredLogarithmicError", (t, p) => tf.squaredDifference(log(p), log(t)));
}

/** d² / 2 where |d| is under delta (default 1), else delta |d| - delta² / 2: Keras's `huber` (Huber, 1964). */
export function huber({ delta = 1 }: { delta?: number } = {}): Loss {
  checkedOption("huber", "delta", delta, 0);
  return elementwise("huber", (t, p) => smoothL1Loss(p, t, delta).mul(delta));
}

/** d² / (2 beta) where |d| is under beta (default 1), else |d| - beta / 2: torch's `SmoothL1Loss`. */
export function smoothL1({ beta = 1 }: { beta?: number } = {}): Loss {
  checkedOption("smoothL1", "beta", beta, 0);
  return elementwise("smoothL1", (t, p) => smoothL1Loss(p, t, beta));
}

/** log(cosh(d)): Keras's `log_cosh`. Like d² / 2 when small and |d| - log 2 when large. */
export function logCosh(): Loss {
  return elementwise("logCosh", (t, p) => {
    const d = p.sub(t);
    return d.add(tf.softplus(d.mul(-2))).sub(Math.LN2);
  });
}

/** prediction - target * log(prediction + 1e-7), for counts: Keras's `poisson`. Predictions must be 0 or more. */
export function poisson(): Loss {
  return elementwise("poisson", (t, p) => p.sub(t.mul(p.add(EPSILON).log())));
}

function elementwise(name: string, value: (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor): Loss {
  return (target, prediction) => meanOfLast(value(...matched(name, target, prediction)));
}

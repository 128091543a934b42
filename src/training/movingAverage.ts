import * as tf from "@tensorflow/tfjs";
import type { Step } from "../engine/graph/step.ts";

/**
 * An exponential moving average of weights, which usually predicts better than the last weights (Polyak and Juditsky,
 * 1992). Its own small step, run every few training steps.
 */
export interface MovingAverage {
  /** Weight -> its average; both belong to the program's variables. */
  readonly averages: ReadonlyMap<tf.Variable, tf.Variable>;
  /** average = keep * average + (1 - keep) * weight; `keep` is fed, and 0 starts the average again. */
  readonly step: Step;
}

/** Averages of the weights, which begin as copies of them. */
export function movingAverage(weights: readonly tf.Variable[]): MovingAverage {
  const averages = new Map(weights.map((w) => [w, tf.tidy(() => tf.variable(w.add(0), false, `${w.name}/average`))]));
  return {
    averages,
    step: {
      inputs: { keep: { shape: [], dtype: "float32" } },
      run({ keep }) {
        const rest = tf.sub(1, keep as tf.Tensor);
        const updates = new Map(
          [...averages].map(([weight, average]) => [average, average.add(weight.sub(average).mul(rest))]),
        );
        return { outputs: { keep: (keep as tf.Tensor).clone() }, updates };
      },
    },
  };
}

/** The share that is kept after one step: early averages forget faster, as the first weights are far from any good ones. */
export function averageKeep(step: number, keep: number): number {
  return Math.min(keep, (1 + step) / (10 + step));
}

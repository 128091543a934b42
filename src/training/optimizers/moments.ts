import type * as tf from "@tensorflow/tfjs";

/** The options of optimizers that keep moving means of g and of its size. */
export interface MomentOptions {
  /** Share of the old mean of g that is kept at each step. */
  beta1?: number;
  /** Share of the old mean of g² that is kept. */
  beta2?: number;
  epsilon?: number;
}

/** beta * mean + (1 - beta) * value, as Keras computes it. */
export function movedMean(mean: tf.Tensor, value: tf.Tensor, beta: number): tf.Tensor {
  return mean.add(value.sub(mean).mul(1 - beta));
}

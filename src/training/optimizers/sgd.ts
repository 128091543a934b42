import type * as tf from "@tensorflow/tfjs";
import { kernelsDecay, type Optimizer, optimizerOf } from "./optimizer.ts";

/**
 * Stochastic gradient descent with momentum: v = momentum * v - lr * g, w = w + v (or w + momentum * v - lr * g with
 * Nesterov's), as Keras has it; with decoupled weight decay.
 */
export function sgd(
  weights: readonly tf.Variable[],
  { momentum = 0.9, nesterov = false, weightDecay = 0, decays = kernelsDecay } = {},
): Optimizer {
  const rule = {
    kinds: ["momentum"],
    move(gradient: tf.Tensor, [v]: readonly tf.Tensor[], rate: tf.Tensor) {
      const step = gradient.mul(rate);
      const moved = (v as tf.Tensor).mul(momentum).sub(step);
      return { change: nesterov ? moved.mul(momentum).sub(step) : moved, slots: [moved] };
    },
  };
  return optimizerOf(rule, weights, { weightDecay, decays });
}

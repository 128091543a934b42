import type * as tf from "@tensorflow/tfjs";
import { type OptimizerFactory, type OptimizerOptions, optimizerOf, type Rule } from "./optimizer.ts";

export interface AdagradOptions extends OptimizerOptions {
  initialAccumulator?: number;
  epsilon?: number;
}

/**
 * Adagrad (Duchi et al., "Adaptive Subgradient Methods", 2011), as Keras has it: with a the sum of g², from the initial
 * accumulator on, w = w - lr * g / sqrt(a + epsilon). Learning rate 0.001 unless told.
 */
export function adagrad({
  initialAccumulator = 0.1,
  epsilon = 1e-7,
  ...options
}: AdagradOptions = {}): OptimizerFactory {
  const rule: Rule = {
    name: "adagrad",
    learningRate: 0.001,
    kinds: ["adagrad_a"],
    initial: initialAccumulator,
    move(gradient, slots, scalars) {
      const [a] = slots as [tf.Tensor];
      const [rate] = scalars as [tf.Tensor];
      const newA = a.add(gradient.square());
      return { change: gradient.mul(rate.neg()).div(newA.add(epsilon).sqrt()), slots: [newA] };
    },
  };
  return optimizerOf(rule, options);
}

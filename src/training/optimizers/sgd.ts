import type * as tf from "@tensorflow/tfjs";
import { type OptimizerFactory, type OptimizerOptions, optimizerOf, type Rule } from "./optimizer.ts";

export interface SgdOptions extends OptimizerOptions {
  momentum?: number;
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent, as Keras has it: w = w - lr * g; with momentum, v = momentum * v - lr * g and w = w + v
 * (Polyak, 1964), or w = w + momentum * v - lr * g with Nesterov's (Sutskever et al., "On the importance of
 * initialization and momentum in deep learning", 2013). Learning rate 0.01 unless told.
 */
export function sgd({ momentum = 0, nesterov = false, ...options }: SgdOptions = {}): OptimizerFactory {
  const rule: Rule = {
    name: "sgd",
    learningRate: 0.01,
    kinds: momentum === 0 ? [] : ["momentum"],
    move(gradient, [v], scalars) {
      const step = gradient.mul(scalars[0] as tf.Tensor);
      if (!v) return { change: step.neg(), slots: [] };
      const moved = v.mul(momentum).sub(step);
      return { change: nesterov ? moved.mul(momentum).sub(step) : moved, slots: [moved] };
    },
    fused(gradient, _, scalars) {
      const rate = scalars[0] as tf.Tensor;
      if (momentum === 0) return { op: "ResourceApplyGradientDescent", inputs: [rate, gradient] };
      const attributes = { use_nesterov: { b: nesterov } };
      return { op: "ResourceApplyKerasMomentum", attributes, inputs: [rate, gradient, momentum] };
    },
  };
  return optimizerOf(rule, options);
}

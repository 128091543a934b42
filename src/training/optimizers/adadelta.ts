import type * as tf from "@tensorflow/tfjs";
import { type OptimizerFactory, type OptimizerOptions, optimizerOf, type Rule } from "./optimizer.ts";

export interface AdadeltaOptions extends OptimizerOptions {
  rho?: number;
  epsilon?: number;
}

/**
 * Adadelta (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012), as Keras has it: with a and d the moving means
 * of g² and of delta², delta = -g * sqrt(d + epsilon) / sqrt(a + epsilon), and w = w + lr * delta. Learning rate 0.001
 * unless told; the paper has none, that is, 1.
 */
export function adadelta({ rho = 0.95, epsilon = 1e-7, ...options }: AdadeltaOptions = {}): OptimizerFactory {
  const rule: Rule = {
    name: "adadelta",
    learningRate: 0.001,
    kinds: ["adadelta_a", "adadelta_d"],
    move(gradient, slots, scalars) {
      const [a, d] = slots as [tf.Tensor, tf.Tensor];
      const [rate] = scalars as [tf.Tensor];
      const newA = a.mul(rho).add(gradient.square().mul(1 - rho));
      const down = gradient.mul(d.add(epsilon).sqrt()).div(newA.add(epsilon).sqrt());
      const newD = d.mul(rho).add(down.square().mul(1 - rho));
      return { change: down.mul(rate.neg()), slots: [newA, newD] };
    },
    fused: (gradient, _, scalars) => ({
      op: "ResourceApplyAdadelta",
      inputs: [scalars[0] as tf.Tensor, rho, epsilon, gradient],
    }),
  };
  return optimizerOf(rule, options);
}

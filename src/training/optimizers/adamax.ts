import * as tf from "@tensorflow/tfjs";
import { type MomentOptions, movedMean } from "./moments.ts";
import { type OptimizerFactory, type OptimizerOptions, optimizerOf, type Rule } from "./optimizer.ts";

/**
 * Adamax (Kingma and Ba, 2015), as Keras has it: with m the moving mean of g and u = max(beta2 * u, |g|),
 * w = w - lr / (1 - beta1^t) * m / (u + epsilon). Learning rate 0.001 unless told.
 */
export function adamax({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-7,
  ...options
}: OptimizerOptions & MomentOptions = {}): OptimizerFactory {
  const rule: Rule = {
    name: "adamax",
    learningRate: 0.001,
    kinds: ["adamax_m", "adamax_u"],
    scalars(learningRate, step) {
      const rate = learningRate.div(tf.sub(1, tf.pow(beta1, step)));
      return [rate, rate.neg()];
    },
    move(gradient, slots, scalars) {
      const [m, u] = slots as [tf.Tensor, tf.Tensor];
      const [, downhill] = scalars as [tf.Tensor, tf.Tensor];
      const newM = movedMean(m, gradient, beta1);
      const newU = u.mul(beta2).maximum(gradient.abs());
      return { change: newM.mul(downhill).div(newU.add(epsilon)), slots: [newM, newU] };
    },
    fused: (gradient, _, scalars) => ({
      op: "ResourceApplyAdaMax",
      inputs: [0, scalars[0] as tf.Tensor, beta1, beta2, epsilon, gradient], // the power of beta1 is in the rate
    }),
  };
  return optimizerOf(rule, options);
}

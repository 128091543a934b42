import type * as tf from "@tensorflow/tfjs";
import { type OptimizerFactory, type OptimizerOptions, optimizerOf, type Rule } from "./optimizer.ts";

export interface RmsPropOptions extends OptimizerOptions {
  rho?: number;
  momentum?: number;
  epsilon?: number;
  centered?: boolean;
}

/**
 * RMSProp (Tieleman and Hinton, 2012), as Keras has it: with v the moving mean of g², w = w - lr * g / sqrt(v +
 * epsilon). Centered, the square of the moving mean of g is taken from v (Graves, 2013); with momentum, the step is
 * added to momentum * the step before. Learning rate 0.001 unless told.
 */
export function rmsProp({
  rho = 0.9,
  momentum = 0,
  epsilon = 1e-7,
  centered = false,
  ...options
}: RmsPropOptions = {}): OptimizerFactory {
  const moves = momentum !== 0;
  const rule: Rule = {
    name: "rmsprop",
    learningRate: 0.001,
    kinds: ["rmsprop_v", ...(centered ? ["rmsprop_mean"] : []), ...(moves ? ["rmsprop_momentum"] : [])],
    move(gradient, slots, scalars) {
      const [v] = slots as [tf.Tensor];
      const [rate] = scalars as [tf.Tensor];
      const mean = centered ? slots[1] : undefined;
      const before = moves ? slots.at(-1) : undefined;
      const newV = v.mul(rho).add(gradient.square().mul(1 - rho));
      const newMean = mean?.mul(rho).add(gradient.mul(1 - rho));
      const spread = newMean ? newV.sub(newMean.square()) : newV;
      const step = gradient.mul(rate.neg()).div(spread.add(epsilon).sqrt());
      const change = before ? before.mul(momentum).add(step) : step;
      return { change, slots: [newV, ...(newMean ? [newMean] : []), ...(before ? [change] : [])] };
    },
  };
  return optimizerOf(rule, options);
}

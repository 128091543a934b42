import { adamRule, type AdamOptions } from "./adam.ts";
import { type OptimizerFactory, optimizerOf } from "./optimizer.ts";

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): 0.004 unless told, as in Keras, of kernels alone.
 * Learning rate 0.001 unless told.
 */
export function adamW({ weightDecay = 0.004, ...options }: AdamOptions = {}): OptimizerFactory {
  return optimizerOf(adamRule("adamw", options), { ...options, weightDecay });
}

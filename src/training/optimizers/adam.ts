import * as tf from "@tensorflow/tfjs";
import { type MomentOptions, movedMean } from "./moments.ts";
import { type OptimizerFactory, type OptimizerOptions, optimizerOf, type Rule } from "./optimizer.ts";

export interface AdamOptions extends OptimizerOptions, MomentOptions {
  /** Divides by the largest v so far (Reddi et al., "On the Convergence of Adam and Beyond", 2018). */
  amsgrad?: boolean;
}

/**
 * Adam (Kingma and Ba, 2015), as Keras has it: with m and v the moving means of g and g²,
 * w = w - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon). Learning rate 0.001 unless told.
 */
export function adam(options: AdamOptions = {}): OptimizerFactory {
  return optimizerOf(adamRule("adam", options), options);
}

/** The rule that Adam and AdamW share. */
export function adamRule(
  name: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false }: MomentOptions & { amsgrad?: boolean },
): Rule {
  return {
    name,
    learningRate: 0.001,
    kinds: ["adam_m", "adam_v", ...(amsgrad ? ["adam_vmax"] : [])],
    scalars(learningRate, step) {
      const correction = tf
        .sub(1, tf.pow(beta2, step))
        .sqrt()
        .div(tf.sub(1, tf.pow(beta1, step)));
      const rate = learningRate.mul(correction);
      return [rate, rate.neg()];
    },
    move(gradient, slots, scalars) {
      const [m, v, most] = slots as [tf.Tensor, tf.Tensor, tf.Tensor?];
      const [, downhill] = scalars as [tf.Tensor, tf.Tensor];
      const newM = movedMean(m, gradient, beta1);
      const newV = movedMean(v, gradient.square(), beta2);
      const newMost = most?.maximum(newV);
      const change = newM.mul(downhill).div((newMost ?? newV).sqrt().add(epsilon));
      return { change, slots: [newM, newV, ...(newMost ? [newMost] : [])] };
    },
    fused: (gradient, _, scalars) => ({
      op: amsgrad ? "ResourceApplyAdamWithAmsgrad" : "ResourceApplyAdam",
      // the powers of beta1 and beta2 are 0, as the correction is in the rate
      inputs: [0, 0, scalars[0] as tf.Tensor, beta1, beta2, epsilon, gradient],
    }),
  };
}

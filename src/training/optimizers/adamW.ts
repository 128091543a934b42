import * as tf from "@tensorflow/tfjs";
import { kernelsDecay, type Optimizer, optimizerOf } from "./optimizer.ts";

/**
 * Adam (Kingma and Ba, 2015) with decoupled weight decay, as Keras has it: with m and v the moving means of g and g²,
 * w = w - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon).
 */
export function adamW(
  weights: readonly tf.Variable[],
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weightDecay = 0.01, decays = kernelsDecay } = {},
): Optimizer {
  const rule = {
    kinds: ["adam_m", "adam_v"],
    rate(learningRate: tf.Scalar, step: tf.Scalar): tf.Tensor {
      const correction = tf
        .sub(1, tf.pow(beta2, step))
        .sqrt()
        .div(tf.sub(1, tf.pow(beta1, step)));
      return learningRate.mul(correction).neg(); // the way is downhill
    },
    move(gradient: tf.Tensor, slots: readonly tf.Tensor[], rate: tf.Tensor) {
      const [m, v] = slots as [tf.Tensor, tf.Tensor];
      const newM = m.add(gradient.sub(m).mul(1 - beta1));
      const newV = v.add(
        gradient
          .mul(gradient)
          .sub(v)
          .mul(1 - beta2),
      );
      const change = newM.mul(rate).div(newV.sqrt().add(epsilon));
      return { change, slots: [newM, newV] };
    },
  };
  return optimizerOf(rule, weights, { weightDecay, decays });
}

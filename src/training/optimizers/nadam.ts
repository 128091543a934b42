import * as tf from "@tensorflow/tfjs";
import { type MomentOptions, movedMean } from "./moments.ts";
import { type OptimizerFactory, type OptimizerOptions, optimizerOf, type Rule } from "./optimizer.ts";

/**
 * Nadam (Dozat, "Incorporating Nesterov Momentum into Adam", 2016), as Keras has it: with m and v the moving means of g
 * and g², u(t) = beta1 * (1 - 0.96^t / 2) and P(t) = u(1) * … * u(t),
 * w = w - lr * (u(t+1) * m / (1 - P(t+1)) + (1 - u(t)) * g / (1 - P(t))) / (sqrt(v / (1 - beta2^t)) + epsilon).
 * Learning rate 0.001 unless told.
 */
export function nadam({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-7,
  ...options
}: OptimizerOptions & MomentOptions = {}): OptimizerFactory {
  const rule: Rule = {
    name: "nadam",
    learningRate: 0.001,
    kinds: ["nadam_m", "nadam_v"],
    // numerator and denominator are both multiplied by sqrt(1 - beta2^t); m and g weighted so are a moving mean, too
    scalars(learningRate, step) {
      const next = step.add(1);
      const root = tf.sub(1, tf.pow(beta2, step)).sqrt();
      const ofMean = momentumAt(next, beta1).div(tf.sub(1, momentumProduct(next, beta1)));
      const ofGradient = tf.sub(1, momentumAt(step, beta1)).div(tf.sub(1, momentumProduct(step, beta1)));
      const sum = ofMean.add(ofGradient);
      const rate = learningRate.mul(root).mul(sum);
      return [rate, rate.neg(), ofMean.mul(beta1).div(sum), root.mul(epsilon)];
    },
    move(gradient, slots, scalars) {
      const [m, v] = slots as [tf.Tensor, tf.Tensor];
      const [, downhill, beta, least] = scalars as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const newM = movedMean(m, gradient, beta1);
      const newV = movedMean(v, gradient.square(), beta2);
      const ahead = gradient.add(m.sub(gradient).mul(beta));
      return { change: ahead.mul(downhill).div(newV.sqrt().add(least)), slots: [newM, newV] };
    },
    // Adam's op with the mean that looks ahead for m, which is computed beside it
    fused(gradient, slots, scalars) {
      const [m] = slots as [tf.Tensor];
      const [rate, , beta, least] = scalars as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      return {
        op: "ResourceApplyAdam",
        inputs: [0, 0, rate, beta, beta2, least, gradient],
        then: ([weight, , newV]) => [weight, movedMean(m, gradient, beta1), newV] as tf.Tensor[],
      };
    },
  };
  return optimizerOf(rule, options);
}

const WARMING = 0.96;

/** u(t). */
function momentumAt(step: tf.Tensor, beta1: number): tf.Tensor {
  return tf.sub(1, tf.pow(WARMING, step).mul(0.5)).mul(beta1);
}

/**
 * P(t), of t alone, so that nothing need be kept: with log(1 - x) = -(x + x² / 2 + x³ / 3 + …), the logarithm of
 * P(t) is t * log(beta1) plus, for each k, a geometric series over the steps, (1 - q^t) / (1 - q) * q with q = 0.96^k.
 */
function momentumProduct(step: tf.Tensor, beta1: number): tf.Tensor {
  const powers = Array.from({ length: TERMS }, (_, i) => i + 1);
  const ratios = powers.map((k) => WARMING ** k);
  const shares = powers.map((k, i) => (0.5 ** k / k) * ((ratios[i] ?? 0) / (1 - (ratios[i] ?? 0))));
  const gone = tf.sub(1, step.mul(tf.tensor1d(ratios.map(Math.log))).exp()); // 1 - q^t
  return step
    .mul(Math.log(beta1))
    .sub(gone.mul(tf.tensor1d(shares)).sum())
    .exp();
}

/** The last is under 1e-8. */
const TERMS = 24;

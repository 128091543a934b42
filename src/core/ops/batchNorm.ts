import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";

/** A normalised batch, and what it was normalised with. */
export interface NormalizedBatch {
  normalized: tf.Tensor4D;
  /** Mean of each channel over batch, height and width, [c]. */
  mean: tf.Tensor1D;
  /** Biased variance (divided by n, not n - 1) of each channel, [c]. */
  variance: tf.Tensor1D;
}

/**
 * y = gamma * (x - mean) / sqrt(variance + epsilon) + beta with mean and variance of this batch, a channel each
 * (Ioffe and Szegedy, "Batch Normalization", 2015). Gradients flow through `normalized` to x, gamma and beta, also by
 * way of mean and variance; do not differentiate the `mean` and `variance` that are returned.
 *
 * @param x [n, h, w, c] @param gamma [c] @param beta [c]
 */
export function batchNorm(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): NormalizedBatch {
  return usesNativeOps() ? fusedBatchNorm(x, gamma, beta, epsilon) : composedBatchNorm(x, gamma, beta, epsilon);
}

/**
 * As `batchNorm`, but mean and variance are those of the samples that count; the others are normalised with them, too. What
 * is in those others changes nothing, nor how many they are.
 *
 * @param counts [n]: 1 for a sample that counts, else 0; one at least counts
 */
export function countedBatchNorm(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
  counts: tf.Tensor1D,
): NormalizedBatch {
  const [n, h, w] = x.shape;
  const shares = counts.div(counts.sum().mul(h * w)).reshape([n, 1, 1, 1]);
  const mean = x.mul(shares).sum([0, 1, 2]);
  const centred = x.sub(mean);
  const variance = centred.square().mul(shares).sum([0, 1, 2]);
  const normalized: tf.Tensor4D = centred.mul(gamma.mul(variance.add(epsilon).rsqrt())).add(beta);
  return { normalized, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/**
 * y = gamma * (x - mean) / sqrt(variance + epsilon) + beta with a fixed mean and variance: inference, and training
 * with frozen statistics. Gradients flow to x, gamma and beta, and not to mean and variance.
 *
 * @param x [n, h, w, c]; the others [c]
 */
export function frozenBatchNorm(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  epsilon: number,
): tf.Tensor4D {
  if (usesNativeOps()) return fusedFrozenBatchNorm(x, gamma, beta, mean, variance, epsilon);
  return tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon);
}

/** FusedBatchNormV3 and its gradient: two ops in place of some thirty. */
function fusedBatchNorm(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): NormalizedBatch {
  const none = tf.tensor1d([]);
  const attributes = fusedAttributes(epsilon, true);
  // The op runs outside of customGrad, whose own tidy would dispose of the mean and the variance.
  const [y, mean, unbiased, ...reserved] = nativeOp("FusedBatchNormV3", attributes, [x, gamma, beta, none, none], 6);
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    save([x, gamma, ...reserved]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      nativeOp("FusedBatchNormGradV3", attributes, [dy, ...saved], 5).slice(0, 3); // of x, gamma and beta
    return { value: y.clone(), gradFunc };
  });
  const normalized = withGradient(x, gamma, beta) as tf.Tensor4D;
  const count = x.size / gamma.size;
  return { normalized, mean: mean as tf.Tensor1D, variance: unbiased.mul((count - 1) / count) };
}

/**
 * Measured forward and backward on [4, 60, 80, 40] and [4, 30, 40, 96], 2 cores, op by op: 1.5 and 0.6 ms so, 2.1 and
 * 1.0 ms with a composed gradient, 3.1 and 1.3 ms with scale and shift as Mul and AddV2. In a recorded step the
 * differences were within the noise. In inference, TensorFlow folds this op into the convolution before it.
 */
function fusedFrozenBatchNorm(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  epsilon: number,
): tf.Tensor4D {
  const attributes = fusedAttributes(epsilon, false);
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const outputs = nativeOp("FusedBatchNormV3", attributes, [x, gamma, beta, mean, variance], 6);
    save([x, gamma, mean, variance, outputs[5]]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      nativeOp("FusedBatchNormGradV3", attributes, [dy, ...saved], 5).slice(0, 3); // of x, gamma and beta
    return { value: outputs[0], gradFunc };
  });
  return withGradient(x, gamma, beta) as tf.Tensor4D;
}

function fusedAttributes(epsilon: number, training: boolean) {
  return { T: "float32", U: "float32", epsilon, data_format: "NHWC", is_training: training };
}

/** Plain tfjs ops, whose gradients tfjs knows. */
function composedBatchNorm(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): NormalizedBatch {
  const { mean, variance } = tf.moments(x, [0, 1, 2]) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
  const scale = gamma.mul(variance.add(epsilon).rsqrt()); // [c]
  const normalized: tf.Tensor4D = x.sub(mean).mul(scale).add(beta);
  return { normalized, mean, variance };
}

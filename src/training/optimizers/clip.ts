import * as tf from "@tensorflow/tfjs";

/**
 * Gradients scaled down together when their global norm exceeds the limit (Pascanu et al., "On the difficulty of
 * training recurrent neural networks", 2013); also gives the norm, a scalar.
 */
export function clipByGlobalNorm(
  gradients: ReadonlyMap<tf.Variable, tf.Tensor>,
  limit: number,
): { clipped: Map<tf.Variable, tf.Tensor>; norm: tf.Scalar } {
  const squares = [...gradients.values()].map((g) => g.mul(g).sum());
  const norm: tf.Scalar = tf.addN(squares).sqrt().asScalar();
  const scale = tf.scalar(limit).div(tf.maximum(norm, limit));
  return { clipped: new Map([...gradients].map(([weight, g]) => [weight, g.mul(scale)])), norm };
}

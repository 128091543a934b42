import * as tf from "@tensorflow/tfjs";

/**
 * `tf.grad` where gradients are being taken already, as within the gradient function of `tf.customGrad`: tfjs forgets the
 * tape of the outer ones there, and fails when it cleans up.
 *
 * @param of a function of one tensor @param at where its gradient is taken @param dy the gradient of what it gives
 */
export function innerGradient(of: (x: tf.Tensor) => tf.Tensor, at: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return tf.grad(of)(at, dy);
  } finally {
    state.activeTape = activeTape;
  }
}

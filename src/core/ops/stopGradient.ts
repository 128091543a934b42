import * as tf from "@tensorflow/tfjs";

/**
 * x, cut off from what made it: no gradient flows through the result, and what is computed from it may use ops that
 * have none (topk, NMS). Where no gradient is being taken it is x itself.
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  if (!tf.engine().isTapeOn()) return x;
  // For tfjs's tape a function of nothing: no path leads back to x.
  return tf.customGrad(() => ({ value: x.clone(), gradFunc: () => [] }))();
}

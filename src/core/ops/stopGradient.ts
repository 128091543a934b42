import * as tf from "@tensorflow/tfjs";
import { isNative, nativeOp } from "../../engine/graph/nativeOp.ts";

/**
 * x, cut off from what made it: no gradient flows through the result, and what is computed from it may use ops that
 * have none (topk, NMS). Where no gradient is being taken it is x itself. Engines other than native TensorFlow read
 * the values back to do it.
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  if (!tf.engine().isTapeOn()) return x;
  // An op run by its name is not on tfjs's tape; nor is a tensor made of values.
  if (isNative()) return nativeOp("StopGradient", { T: x.dtype }, [x])[0] as T;
  return tf.tensor(x.dataSync(), x.shape, x.dtype) as T;
}

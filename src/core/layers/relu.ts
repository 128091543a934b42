import * as tf from "@tensorflow/tfjs";
import { relu, relu6 } from "../ops/relu.ts";

/** max(x, 0) as a layer; see ops/relu.ts for why not tfjs's own. */
export class Relu extends tf.layers.Layer {
  static className = "Relu";
  override supportsMasking = true;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => relu(only(inputs)));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }
}
tf.serialization.registerClass(Relu);

/** min(max(x, 0), 6) as a layer. */
export class Relu6 extends tf.layers.Layer {
  static className = "Relu6";
  override supportsMasking = true;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => relu6(only(inputs)));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }
}
tf.serialization.registerClass(Relu6);

function only(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const [first, ...others] = Array.isArray(inputs) ? inputs : [inputs];
  if (!first || others.length > 0) throw new Error(`an activation takes one tensor, got ${others.length + 1}`);
  return first;
}

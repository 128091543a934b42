import * as tf from "@tensorflow/tfjs";
import { maxPoolWithSwitches } from "../../ops/upsampling/unpooling.ts";
import { singleShape, singleTensor } from "../single.ts";

/**
 * The maximum over windows of 2 x 2, and where in the window it was, for `MaxUnpool` to put values back there:
 * [n, h, w, c] -> two maps [n, ceil(h / 2), ceil(w / 2), c]; see ops/upsampling/unpooling.ts.
 */
export class MaxPoolWithSwitches extends tf.layers.Layer {
  static className = "MaxPoolWithSwitches";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    const { pooled, switches } = maxPoolWithSwitches(singleTensor(this, inputs) as tf.Tensor4D);
    return [pooled, switches];
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape[] {
    const [n = null, h, w, c = null] = singleShape(this, inputShape);
    const half = (length: number | null | undefined): number | null => (length == null ? null : Math.ceil(length / 2));
    const shape = [n, half(h), half(w), c];
    return [shape, shape];
  }
}
tf.serialization.registerClass(MaxPoolWithSwitches);

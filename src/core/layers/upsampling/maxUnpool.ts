import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { maxUnpool } from "../../ops/upsampling/unpooling.ts";
import { whoOf } from "../single.ts";
import { times } from "./factor.ts";

/**
 * Values put back to where the maxima were: inputs [x, switches] of one shape [n, h, w, c], the second from
 * `MaxPoolWithSwitches`, -> [n, 2 h, 2 w, c], 0 elsewhere; see ops/upsampling/unpooling.ts.
 */
export class MaxUnpool extends tf.layers.Layer {
  static className = "MaxUnpool";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, switches] = inputs as [tf.Tensor4D, tf.Tensor4D];
    return tf.tidy(() => maxUnpool(x, switches));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [x, switches] = inputShape as tf.Shape[];
    if (!Array.isArray(x) || !Array.isArray(switches) || x.at(-1) !== switches.at(-1)) {
      throw new AnchorkitError(`${whoOf(this)}: takes [x, switches] with as many channels, got ${shown(inputShape)}`);
    }
    const [n = null, h, w, c = null] = x;
    return [n, times(h, 2), times(w, 2), c];
  }
}
tf.serialization.registerClass(MaxUnpool);

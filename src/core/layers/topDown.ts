import * as tf from "@tensorflow/tfjs";
import { upsampleTwice } from "../ops/upsample.ts";

/**
 * One step of a top-down neck (Lin et al., "Feature Pyramid Networks", 2017): inputs [coarse, fine]; the coarse map is
 * enlarged twice by nearest neighbours, cut to the size of the fine one, and added to it.
 *
 * coarse [n, ceil(h / 2), ceil(w / 2), c], fine [n, h, w, c] -> [n, h, w, c]
 */
export class TopDown extends tf.layers.Layer {
  static className = "TopDown";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [coarse, fine] = inputs as [tf.Tensor4D, tf.Tensor4D];
    return tf.tidy(() => upsampleTwice(coarse, fine.shape[1], fine.shape[2]).add(fine));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [coarse, fine] = inputShape as tf.Shape[];
    if (!Array.isArray(coarse) || !Array.isArray(fine) || coarse.at(-1) !== fine.at(-1)) {
      const got = JSON.stringify(inputShape);
      throw new Error(`TopDown ${this.name}: takes [coarse, fine] with as many channels, got ${got}`);
    }
    return fine;
  }
}
tf.serialization.registerClass(TopDown);

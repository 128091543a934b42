import * as tf from "@tensorflow/tfjs";

/** Features of frames one after the other, and a mask [clips, frames]: [clips * frames, n] -> [clips, frames, n]. */
export class UnfoldTime extends tf.layers.Layer {
  static className = "UnfoldTime";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, mask] = inputs as [tf.Tensor2D, tf.Tensor2D];
    return x.reshape([...mask.shape, x.shape[1]]);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [x, mask] = inputShape as [tf.Shape, tf.Shape];
    return [null, mask[1] ?? null, x[1] ?? null];
  }
}
tf.serialization.registerClass(UnfoldTime);

/** The mean over the frames that count: [x [clips, frames, n], mask [clips, frames]] -> [clips, n]. */
export class MeanOverTime extends tf.layers.Layer {
  static className = "MeanOverTime";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x, mask] = inputs as [tf.Tensor3D, tf.Tensor2D];
      const counted = mask.div(tf.maximum(mask.sum(1, true), 1));
      return x.mul(counted.expandDims(2)).sum(1);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [x] = inputShape as [tf.Shape, tf.Shape];
    return [x[0] ?? null, x[2] ?? null];
  }
}
tf.serialization.registerClass(MeanOverTime);

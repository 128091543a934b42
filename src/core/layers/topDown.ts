import * as tf from "@tensorflow/tfjs";

/**
 * One step of a top-down neck (Lin et al., "Feature Pyramid Networks", 2017): inputs [coarse, fine]; the coarse map is
 * enlarged twice by nearest neighbours, cut to the size of the fine one, and added to it.
 *
 * coarse [n, ceil(h / 2), ceil(w / 2), c], fine [n, h, w, c] -> [n, h, w, c]
 */
export class TopDown extends tf.layers.Layer {
  static className = "TopDown";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [coarse, fine] = inputs as [tf.Tensor4D, tf.Tensor4D];
      const [, height, width] = fine.shape;
      if (coarse.shape[1] !== Math.ceil(height / 2) || coarse.shape[2] !== Math.ceil(width / 2)) {
        throw new Error(
          `TopDown ${this.name}: the coarse map must be half as large as the fine one, ` +
            `got [${coarse.shape.join(", ")}] and [${fine.shape.join(", ")}]`,
        );
      }
      // Resizing to an odd size 2k - 1 instead of 2k still reads pixel floor(i / 2) everywhere: i k / (2k - 1) lies in
      // [i / 2, i / 2 + 1 / 2), so that cutting is free. Broadcasting, tiling and joining were 1.5 to 4 times slower.
      return tf.image.resizeNearestNeighbor(coarse, [height, width]).add(fine);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [coarse, fine] = inputShape as tf.Shape[];
    if (!Array.isArray(coarse) || !Array.isArray(fine) || coarse.at(-1) !== fine.at(-1)) {
      throw new Error(
        `TopDown ${this.name}: takes [coarse, fine] with as many channels, got ${JSON.stringify(inputShape)}`,
      );
    }
    return fine;
  }
}
tf.serialization.registerClass(TopDown);

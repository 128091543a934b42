import * as tf from "@tensorflow/tfjs";
import { cropPyramidRois } from "../boxes/pyramidRois.ts";

/**
 * RoI pooling as a layer: inputs [maps [n, h, w, c] from fine to coarse …, rois [r, 5]], a RoI being the number of its
 * image and x1, y1, x2, y2 in pixels of the input; output [r, size, size, c].
 */
export class RoiCrop extends tf.layers.Layer {
  static className = "RoiCrop";
  readonly #size: number;
  readonly #strides: readonly number[];

  /** @param config `strides` of the maps; models saved before there could be several name the only one `stride` */
  constructor(config: { name?: string; size: number } & ({ strides: readonly number[] } | { stride: number })) {
    super(config);
    this.#size = config.size;
    this.#strides = "strides" in config ? config.strides : [config.stride];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const maps = (inputs as tf.Tensor4D[]).slice(0, -1);
      const rois = (inputs as tf.Tensor[]).at(-1) as tf.Tensor2D;
      const [image, boxes] = tf.split(rois, [1, 4], 1) as [tf.Tensor2D, tf.Tensor2D];
      return cropPyramidRois(maps, this.#strides, boxes, image.flatten().toInt(), [this.#size, this.#size]);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [features] = inputShape as tf.Shape[];
    return [null, this.#size, this.#size, features?.at(-1) ?? null];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.#size, strides: [...this.#strides] };
  }
}
tf.serialization.registerClass(RoiCrop);

import * as tf from "@tensorflow/tfjs";
import { cropRois } from "../boxes/roiPooling.ts";

/**
 * RoI pooling as a layer: inputs [features [n, h, w, c], rois [r, 5]], a RoI being the number of its image and
 * x1, y1, x2, y2 in pixels of the input; output [r, size, size, c].
 */
export class RoiCrop extends tf.layers.Layer {
  static className = "RoiCrop";
  readonly #size: number;
  readonly #stride: number;

  constructor(config: { name?: string; size: number; stride: number }) {
    super(config);
    this.#size = config.size;
    this.#stride = config.stride;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [features, rois] = inputs as [tf.Tensor4D, tf.Tensor2D];
      const [image, boxes] = tf.split(rois, [1, 4], 1) as [tf.Tensor2D, tf.Tensor2D];
      const options = { outputSize: [this.#size, this.#size] as [number, number], spatialScale: 1 / this.#stride };
      return cropRois(features, boxes, image.flatten().toInt(), options);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [features] = inputShape as tf.Shape[];
    return [null, this.#size, this.#size, features?.at(-1) ?? null];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.#size, stride: this.#stride };
  }
}
tf.serialization.registerClass(RoiCrop);
